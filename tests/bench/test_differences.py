"""When bench/compare calls something slower."""
import random

from rig.differences import bounds, difference, table


def noisy(chance, speed, count=10, noise=0.05):
    return [speed * chance.uniform(1 - noise, 1 + noise) for _ in range(count)]


def test_bounds_are_the_second_of_each_side_in_ten_rounds_and_none_in_five():
    assert bounds([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == (2, 9)
    assert bounds([1, 2, 3, 4, 5, 6]) == (1, 6)
    assert bounds([1, 2, 3, 4, 5]) is None


def test_noise_alone_is_hardly_ever_called_slower():
    chance = random.Random(1)
    found = [difference("a", noisy(chance, 1), noisy(chance, 1)) for _ in range(1000)]
    assert sum(each.slower_by(5) for each in found) == 0
    assert sum(each.verdict != "the same" for each in found) < 50


def test_what_is_slower_is_found_in_the_same_noise():
    chance = random.Random(2)
    found = [difference("a", noisy(chance, 1), noisy(chance, 1.2)) for _ in range(1000)]
    assert sum(each.slower_by(5) for each in found) > 990
    assert sum(each.slower_by(20) for each in found) < 20
    assert all(each.verdict == "faster" for each in [difference("a", noisy(chance, 1.3), noisy(chance, 1)) for _ in range(100)])


def test_few_rounds_decide_nothing():
    found = difference("a", [1, 1], [2, 2])
    assert found.verdict == "too few rounds" and not found.slower_by(5)


def test_the_table_marks_what_is_too_slow():
    text = table([difference("one", [1] * 8, [1.5] * 8), difference("other", [1] * 8, [1.02] * 8)], 5)
    assert "| one | 1 | 1.5 | 1.500 | 1.500, 1.500 | **slower, by more than 5 %** |" in text
    assert "| other | 1 | 1.02 | 1.020 | 1.020, 1.020 | slower |" in text
