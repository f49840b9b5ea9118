"""What is kept is found by itself, and no longer than it is asked for."""

from engine.source.memory import Memory, Same


def test_a_thing_is_made_once() -> None:
    memory = Memory()
    first: list[int] = memory.recall("a", list)
    assert memory.recall("a", list) is first
    assert memory.recall("b", list) is not first


def test_what_is_asked_for_again_stays() -> None:
    memory = Memory()
    memory.keep("used", 1)
    memory.keep("unused", 2)
    memory.forget_rest()
    assert memory.find("used") == 1
    memory.forget_rest()
    assert memory.find("used") == 1
    assert memory.find("unused") is None


def test_only_the_very_same_thing_is_the_same() -> None:
    one, like = [1], [1]
    assert Same(one) == Same(one)
    assert hash(Same(one)) == hash(Same(one))
    assert Same(one) != Same(like)
    assert Same(one) != one
