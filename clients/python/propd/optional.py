# SPDX-License-Identifier: Apache-2.0
"""numpy and pandas where they are installed, else None."""
try:
    import numpy
except ImportError:
    numpy = None

try:
    import pandas
except ImportError:
    pandas = None
