"""All cases. An op that a case cannot show (functions as arguments, random numbers) is named here with the test that covers it."""

import op_cases_activations  # noqa: F401
import op_cases_arrangement  # noqa: F401
import op_cases_ctc  # noqa: F401
import op_cases_elementwise  # noqa: F401
import op_cases_geometry  # noqa: F401
import op_cases_image  # noqa: F401
import op_cases_indexing  # noqa: F401
import op_cases_linalg  # noqa: F401
import op_cases_shaping  # noqa: F401
import op_cases_signal  # noqa: F401
import op_cases_statistics  # noqa: F401
import op_cases_tensors  # noqa: F401
import op_cases_windows  # noqa: F401

TESTED_ELSEWHERE = {
    "convert_to_numpy": "test_op_functions.py", "is_tensor": "test_op_functions.py", "dtype": "test_op_functions.py",
    "switch": "test_op_functions.py",
    "vectorize": "test_op_functions.py",
    "vectorized_map": "test_op_functions.py", "associative_scan": "test_op_functions.py",
    "scan": "test_op_control.py", "scan_graph": "test_op_control.py", "while_loop": "test_op_control.py",
    "while_graph": "test_op_control.py",
    "cond": "test_op_control.py", "cond_graph": "test_op_control.py", "fori_loop": "test_op_control.py", "map": "test_op_control.py",
    "uniform": "test_op_random.py", "normal": "test_op_random.py", "truncated_normal": "test_op_random.py", "randint": "test_op_random.py",
    "dropout": "test_op_random.py", "shuffle": "test_op_random.py", "categorical": "test_op_random.py", "draw_uniform": "test_op_random.py",
    "draw_normal": "test_op_random.py", "draw_truncated_normal": "test_op_random.py", "draw_mask": "test_op_random.py",
    "draw_integers": "test_op_random.py", "gamma": "test_op_random.py", "beta": "test_op_random.py", "binomial": "test_op_random.py",
    "elastic_transform": "test_op_random.py", "custom_gradient": "test_op_derivatives.py", "with_gradient": "test_op_derivatives.py",
    "jvp": "test_op_derivatives.py", "lstm_sequence": "test_op_recurrent.py", "lstm_steps": "test_op_recurrent.py",
    "lstm_steps_gradient": "unit/engines_numpy/test_lstm_kernel.py", "gru_sequence": "test_op_recurrent.py", "adam_update": "test_op_recurrent.py",
}  # fmt: skip
