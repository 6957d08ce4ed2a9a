#!/usr/bin/env python3
"""Writes src/normal/oracle.rs: values of the special functions, computed with 60 digits.

    pip install mpmath && python3 tests/oracle.py > src/normal/oracle.rs
"""
from mpmath import mp, mpf, erfc, exp, log, sqrt, pi

mp.dps = 60


def cdf(z):
    return erfc(-z / sqrt(2)) / 2


def log_cdf(z):
    mp.dps = 60 + int(z * z / 4) if abs(z) < 1000 else 60
    value = log(cdf(z))
    mp.dps = 60
    return value


def log_improvement(z):
    if z < -200:
        # 1 + z * mills, by the continued fraction of the Mills ratio.
        t = mpf(0)
        for k in range(400, 0, -1):
            t = k / (-z + t)
        ratio = 1 / (-z + t)
        return -z * z / 2 - log(2 * pi) / 2 + log(1 + z * ratio)
    mp.dps = 60 + int(z * z / 4)
    value = log(exp(-z * z / 2) / sqrt(2 * pi) + z * cdf(z))
    mp.dps = 60
    return value


def table(name, about, f, xs):
    print(f"\n/// {about}")
    print(f"pub(crate) const {name}: &[(f64, f64)] = &[")
    for x in xs:
        value = float(f(mpf(x)))
        print(f"    ({float(x)!r}, {value!r}),")
    print("];")


print("//! Values of special functions with all their digits, written by tests/oracle.py.\n")
print('#![expect(clippy::approx_constant, reason = "what a function is at 0 or 10 is what it is checked against")]')
table("ERFCX", "x and e^(x²) erfc(x).", lambda x: exp(x * x) * erfc(x),
      [0, 0.1, 0.5, 1, 2.5, 5, 9.5, 9.999, 10, 10.5, 14, 25, 100, 1e4, 1e8])
table("LOG_CDF", "z and ln Φ(z).", log_cdf,
      [-200, -40, -38.5, -20, -14.2, -10, -5, -2, -1, -0.25, 0, 0.25, 1, 3, 6, 8])
table("LOG_IMPROVEMENT", "z and ln(φ(z) + z Φ(z)).", log_improvement,
      [-1e6, -1e5, -1e4, -3000, -1000, -300, -100, -40, -31, -30.5, -29.5, -20, -10, -5, -2, -1.001, -1,
       -0.999, -0.5, -0.1, 0, 0.1, 0.5, 1, 2, 5, 10, 20, 40])
