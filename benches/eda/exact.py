"""Moments of 64-bit numbers without rounding before the 60th digit: all sums are of whole numbers."""

import decimal
from dataclasses import dataclass

CONTEXT = decimal.Context(prec=60, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
MOMENTS = ("mean", "deviation", "skewness", "kurtosis")


@dataclass
class Moments:
    """What `eda` says of numbers, exactly; `None` where it is not defined."""

    count: int
    mean: decimal.Decimal
    deviation: decimal.Decimal | None
    skewness: decimal.Decimal | None
    kurtosis: decimal.Decimal | None
    # The mean size of what is summed for each: what cancels out leaves no digits to compare.
    sizes: dict


def whole(numbers):
    """The numbers as whole numbers, and the power of two that they are multiplied with to be what they were."""
    pairs = [number.as_integer_ratio() for number in numbers]
    most = max(denominator for _, denominator in pairs).bit_length() - 1
    wholes = [numerator << (most - denominator.bit_length() + 1) for numerator, denominator in pairs]
    return wholes, -most


def moments(numbers, counts):
    """The moments of finite numbers, each there as often as `counts` says."""
    wholes, power = whole(numbers)
    n = s1 = s2 = s3 = s4 = size1 = 0
    for number, count in zip(wholes, counts):
        weighted = number * count
        square = number * number
        n += count
        s1 += weighted
        s2 += weighted * number
        s3 += weighted * square
        s4 += weighted * number * square
        size1 += abs(weighted)
    # The sums of the powers of the distances from the mean, times n, n² and n³.
    m2 = n * s2 - s1 * s1
    m3 = n * n * s3 - 3 * n * s1 * s2 + 2 * s1**3
    m4 = n**3 * s4 - 4 * n * n * s1 * s3 + 6 * n * s1 * s1 * s2 - 3 * s1**4
    size3 = sum(count * abs(n * number - s1) ** 3 for number, count in zip(wholes, counts))
    with decimal.localcontext(CONTEXT):
        exact = decimal.Decimal
        scale = exact(2) ** power
        deviation = (exact(m2) / (n * (n - 1))).sqrt() * scale if n > 1 else None
        sizes = {"mean": exact(size1) / n * scale, "deviation": deviation}
        skewness = kurtosis = None
        if m2 > 0:
            root = (exact(m2) ** 3).sqrt()
            skewness, sizes["skewness"] = exact(m3) / root, exact(size3) / n / root
            sizes["kurtosis"] = exact(m4) / exact(m2) ** 2
            kurtosis = sizes["kurtosis"] - 3
        return Moments(n, exact(s1) / n * scale, deviation, skewness, kurtosis, sizes)


def error(found, exact, size=None):
    """How far a number is from the exact one, as a share of `size` or else of itself; infinite where one is missing."""
    if found is None or exact is None:
        return 0.0 if found is None and exact is None else float("inf")
    with decimal.localcontext(CONTEXT):
        found, exact = decimal.Decimal(found), decimal.Decimal(exact)
        if found == exact:
            return 0.0
        size = abs(exact) if size is None else abs(decimal.Decimal(size))
        if not found.is_finite() or size == 0:
            return float("inf")
        return float(abs(found - exact) / size)
