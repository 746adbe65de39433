"""model.summary(): recorded texts of Keras 3 and Keras 2, and the rows taken from a model."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from keras.models.summary import _selected, is_chain, model_rows, model_totals, print_summary, weights_size
from keras.models.summary_table import Size, SummaryRow, SummaryTotals, format_table, readable_bytes
from keras.utils.text_table import aligned, cell_width, fitted_widths, wrapped

GOLDEN = Path(__file__).parents[2] / "golden" / "summary"


def recorded(file):
    cases = json.loads((GOLDEN / file).read_text(encoding="utf-8"))
    return [pytest.param(case, text, id=f"{case['case']}-{json.dumps(text['arguments'])}") for case in cases for text in case["texts"]]


def rows_of(case):
    return [SummaryRow(**{**row, "connected_to": tuple(row.get("connected_to", ()))}) for row in case["rows"]]


def float32(count):
    return Size(count, 4 * count)


@pytest.mark.parametrize(("case", "text"), recorded("keras3.json"))
def test_the_text_is_that_of_keras_3(case, text):
    arguments = dict(text["arguments"])
    expanded = arguments.pop("expand_nested", False)
    rows = [row for row in rows_of(case) if expanded or not row.depth]
    optimizer = None if text["optimizer"] is None else float32(text["optimizer"])
    printed = format_table(
        _selected(rows, arguments.pop("layer_range", None)),
        SummaryTotals(float32(case["trainable"]), float32(case["non_trainable"]), optimizer),
        name=case["name"],
        show_connections=case["connections"],
        screen_columns=80,
        **arguments,
    )
    assert printed.split("\n") == text["text"]


@pytest.mark.parametrize(("case", "text"), recorded("classic.json"))
def test_the_text_is_that_of_keras_2(case, text):
    printed = format_table(
        rows_of(case),
        SummaryTotals(float32(case["trainable"]), float32(case["non_trainable"])),
        style="classic",
        show_connections=case["connections"],
        **text["arguments"],
    )
    assert printed.split("\n") == text["text"]


def test_the_default_line_follows_the_terminal(monkeypatch):
    rows = [SummaryRow("dense", "Dense", "(None, 32)", 25120)]
    for columns, length in ((200, 88), (50, 46)):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert len(format_table(rows, SummaryTotals()).split("\n")[1]) == length


def test_positions_may_be_columns_of_text():
    line = format_table([], SummaryTotals(), style="classic", line_length=40, positions=[10, 30, 40]).split("\n")[1]
    assert line == "Layer (ty Output Shape        Param #   "


def test_wrong_arguments_name_themselves():
    with pytest.raises(ValueError, match="'style' of a summary must be one of 'keras3', 'classic'. Got 'modern'"):
        format_table([], SummaryTotals(), style="modern")
    with pytest.raises(ValueError, match=r"'positions' argument .* 'Param #'\]. Got \[0.5, 1.0\]"):
        format_table([], SummaryTotals(), positions=[0.5, 1.0])


@pytest.mark.parametrize(("size", "text"), [(0, "0.00 B"), (1024, "1.00 KB"), (8048040, "7.68 MB"), (2**51, "2.00 PB")])
def test_bytes_are_readable(size, text):
    assert readable_bytes(size) == text


def test_cells_wrap_at_spaces_and_wide_characters_take_two_columns():
    assert wrapped("   └ input_layer (InputLayer)", 18) == ["   └ input_layer", "(InputLayer)"]
    assert wrapped("", 5) == [""]
    assert wrapped("层层层层 (Dense)", 7) == ["层层层…", "(Dense)"]
    assert cell_width("e\u0301") == 1
    assert aligned("层", 5, "center") == " 层  "


def test_widths_are_made_to_fit():
    assert fitted_widths([29, 29, 20], 86) == [32, 32, 22]
    assert fitted_widths([38, 30, 18], 76) == [35, 26, 15]
    assert fitted_widths([2, 2], 2) == [1, 1]


# The smallest things that look like layers and symbols.


@dataclass(eq=False)
class Dense:
    name: str
    weights: list = field(default_factory=list)
    trainable: bool = True
    built: bool = True
    _inbound_nodes: list = field(default_factory=list)

    def count_params(self):
        return weights_size(self.weights).count


class InputLayer(Dense):
    pass


class Model(Dense):
    pass


def call(layer, *inputs, shape=(None, 2), outputs=1):
    tensors = [SimpleNamespace(shape=shape, _keras_history=(layer, len(layer._inbound_nodes), index)) for index in range(outputs)]
    layer._inbound_nodes.append(SimpleNamespace(input_tensors=list(inputs), output_tensors=tensors))
    return tensors[0] if outputs == 1 else tensors


def weight(*shape, dtype="float32"):
    return SimpleNamespace(shape=shape, dtype=dtype)


def model(layers, inputs, outputs, name="net"):
    net = Model(name)
    net.layers, net.inputs, net.outputs = layers, inputs, outputs
    net.weights = [w for layer in layers for w in layer.weights]
    net.trainable_weights = [w for layer in layers if layer.trainable for w in layer.weights]
    net.non_trainable_weights = [w for layer in layers if not layer.trainable for w in layer.weights]
    return net


def chain(name="net"):
    first, second = InputLayer("input"), Dense("dense", [weight(4, 2), weight(2)])
    x = call(first, shape=(None, 4))
    return model([first, second], [x], [call(second, x)], name)


def test_rows_of_a_chain():
    net = chain()
    assert is_chain(net)
    assert model_rows(net) == [
        SummaryRow("input", "InputLayer", "(None, 4)"),
        SummaryRow("dense", "Dense", "(None, 2)", 10, connected_to=("input[0][0]",), trainable=True),
    ]


def test_a_layer_used_twice_lists_the_calls_of_this_model_only():
    first, shared, add = InputLayer("input"), Dense("shared"), Dense("add")
    x = call(first)
    call(shared, call(InputLayer("elsewhere")))
    net = model([first, shared, add], [x], [call(add, call(shared, x), call(shared, call(shared, x)))])
    assert not is_chain(net)
    assert [row.connected_to for row in model_rows(net)] == [
        (),
        ("input[0][0]", "input[0][0]", "shared[2][0]"),
        ("shared[1][0]", "shared[3][0]"),
    ]


def test_a_branch_or_a_second_input_is_no_chain():
    first, left, right = InputLayer("input"), Dense("left"), Dense("right")
    x = call(first)
    assert not is_chain(model([first, left, right], [x], [call(left, x), call(right, x)]))
    one, two = InputLayer("one"), InputLayer("two")
    outputs = [call(one), call(two)]
    assert not is_chain(model([one, two], outputs, outputs))


def test_nested_models_are_expanded_on_request():
    inner, first = chain("inner"), InputLayer("outer_input")
    x = call(first)
    net = model([first, inner], [x], [call(inner, x)])
    assert [row.name for row in model_rows(net)] == ["outer_input", "inner"]
    rows = model_rows(net, expand_nested=True)
    assert [(row.name, row.depth, row.connected_to) for row in rows][1:] == [
        ("inner", 0, ("outer_input[0][0]",)),
        ("input", 1, ()),
        ("dense", 1, ()),
    ]


def test_a_model_without_symbols_is_a_list_of_layers():
    net = SimpleNamespace(name="sub", layers=[Dense("dense", built=False)], trainable_weights=[], non_trainable_weights=[])
    assert is_chain(net)
    assert model_rows(net) == [SummaryRow("dense", "Dense", "?", 0, built=False)]
    net.layers[0]._output_shapes_text = lambda: "(8, 2)"
    assert model_rows(net)[0].output_shape == "(8, 2)"
    texts = []
    print_summary(net, print_fn=texts.append)
    assert len(texts) == 1 and "0 (unbuilt)" in texts[0]


def test_several_outputs_are_listed():
    first, lstm = InputLayer("input"), Dense("lstm")
    x = call(first)
    outputs = call(lstm, x, outputs=2)
    assert model_rows(model([first, lstm], [x], outputs))[1].output_shape == "[(None, 2), (None, 2)]"


def test_totals_count_each_weight_once_and_the_optimizer():
    net = chain()
    shared = weight(3, dtype="float16")
    net.trainable_weights += [shared, shared]
    net.non_trainable_weights = [weight(8, dtype="bool"), weight(2, dtype="int4")]
    net.optimizer = SimpleNamespace(built=True, variables=[weight(5)])
    totals = model_totals(net)
    assert totals == SummaryTotals(Size(13, 46), Size(10, 9), Size(5, 20))
    assert totals.total == Size(28, 75)
    net.optimizer.built = False
    assert model_totals(net).optimizer is None


def test_layer_range_takes_names_and_patterns():
    layers = [Dense(name) for name in ("d1", "d10", "d2", "end")]
    assert [layer.name for layer in _selected(layers, ["d1", "d1"])] == ["d1"]
    assert [layer.name for layer in _selected(layers, ("e", "d2"))] == ["d2", "end"]
    assert [layer.name for layer in _selected(layers, ["d.*", "d.*"])] == ["d1", "d10", "d2"]
    with pytest.raises(ValueError, match="names no layer with 'conv'. The layers are: d1, d10, d2, end."):
        _selected(layers, ["d1", "conv"])
    for wrong in ("d1", ["d1"]):
        with pytest.raises(ValueError, match=r"must be two names, .* layer_range=\['conv1', 'conv3'\]. Got "):
            _selected(layers, wrong)


def test_the_classic_style_prints_line_by_line_and_the_screen_gets_one_text(capsys):
    lines = []
    print_summary(chain(), print_fn=lines.append, style="classic", line_length=40)
    assert len(lines) == 11 and lines[3] == "input (InputLayer (None, 4)       0     "
    print_summary(chain(), line_length=60)
    printed = capsys.readouterr().out
    assert printed.startswith('Model: "net"\n┏━') and printed.endswith(" Non-trainable params: 0 (0.00 B)\n")
