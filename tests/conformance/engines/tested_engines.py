"""The engines that these tests run on besides numpy: all, unless the environment names fewer, as in `ONE_KERAS_ENGINES=jax,torch`."""

import os

ENGINES = tuple(os.environ.get("ONE_KERAS_ENGINES", "jax,torch,tensorflow").split(","))
