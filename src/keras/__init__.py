"""One Keras: the code, the files and the engines of every Keras generation.

Names are loaded when they are first used, so `import keras` costs little more than importing NumPy.
"""

from keras._surface import attach

__version__ = "3.15.1+one.0.1.0"

__getattr__, __dir__, __all__ = attach("keras")
