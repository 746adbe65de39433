"""Optimizers: how gradients change parameters. A name, a config or an object stands for one."""

from __future__ import annotations

from keras.optimizers import schedules
from keras.optimizers.adafactor import Adafactor
from keras.optimizers.adam import Adam, AdamW
from keras.optimizers.adaptive import Adadelta, Adagrad, Adamax, Nadam
from keras.optimizers.base import Optimizer
from keras.optimizers.ftrl import Ftrl
from keras.optimizers.lamb import Lamb
from keras.optimizers.lion import Lion
from keras.optimizers.loss_scale import LossScaleOptimizer
from keras.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from keras.optimizers.muon import Muon
from keras.optimizers.registry import deserialize, get, serialize
from keras.optimizers.rmsprop import RMSprop
from keras.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from keras.optimizers.sgd import SGD

__all__ = [
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "LossScaleOptimizer", "MultiOptimizer", "Muon",
    "Nadam", "Optimizer", "OptimizerMap", "RMSprop", "SGD", "ScheduleFreeAdamW", "deserialize", "get", "schedules", "serialize",
]  # fmt: skip
