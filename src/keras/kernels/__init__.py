"""What NumPy lacks, over plain ndarrays: convolutions, pooling windows, recurrent sequences, generators, special functions, threads.

A numeric library of its own: it imports NumPy and itself, and knows nothing of ops, traces or engines.

A kernel's bound form, `bind_...(operands, results)`, prepares views, scratch memory and lists of blocks once and returns *steps*: calls
`(function, arguments)` that can be run again whenever the operands hold new values (`threads.run`). A step of training is such a list.
"""
