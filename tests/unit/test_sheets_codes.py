"""Check digits, against another library and against known codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from dualrandom.sheets.codes import (
    Fault,
    credit_digit,
    fault_of,
    has_letters_to_raise,
    is_code_like,
    is_verified,
    organisation_digit,
    registration_digit,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        pytest.param("91330100EXAMPLE03K", None, id="enterprise"),
        pytest.param("91330100EXAMPLE03L", Fault.CHECK_DIGIT, id="last digit"),
        pytest.param("91330100EXAMPLE13K", Fault.CHECK_DIGIT, id="digit inside"),
        pytest.param("91330100EXAMPL0E3K", Fault.CHECK_DIGIT, id="two swapped"),
        pytest.param("9133010OEXAMPLE03K", Fault.LETTERS, id="O for 0"),
        pytest.param("9133O100EXAMPLE03K", Fault.LETTERS, id="letter in the region"),
        pytest.param("110108000000016", None, id="15 digits"),
        pytest.param("110108000000017", Fault.REGISTRATION, id="15 digits, wrong"),
        pytest.param("320123NA000252X", None, id="cooperative of before 2015"),
        pytest.param("3209231100626", None, id="13 digits"),
        pytest.param("32092311006261", None, id="14 digits"),
        pytest.param("9133010EXAMPLE03K", Fault.FORM, id="17 characters"),
        pytest.param("913301000EXAMPLE03K", Fault.FORM, id="19 characters"),
        pytest.param("示例公司", Fault.FORM, id="a name instead of a code"),
        pytest.param("P-2026-001", None, id="own number"),
        pytest.param("示例字第0001号", None, id="own number with words"),
        pytest.param("1", None, id="very short own number"),
    ],
)
def test_what_is_odd_about_a_code(code: str, fault: Fault | None) -> None:
    assert fault_of(code) == fault


@pytest.mark.parametrize(
    "start", ["91", "92", "93", "A1", "N1", "N2", "N3", "Y1", "52"]
)
def test_every_registering_authority_is_known(start: str) -> None:
    """The oracle knows digits only; the standard has A, N and Y as well."""
    body = "EXAMPLE0"
    first = f"{start}330100{body}{organisation_digit(body)}"
    assert fault_of(first + credit_digit(first)) is None


def test_a_wrong_organisation_code_within_a_right_credit_code() -> None:
    first = "91330100EXAMPLE04"
    assert fault_of(first + credit_digit(first)) == Fault.ORGANISATION


@given(
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_the_last_digit_agrees_with_another_library(head: str, tail: str) -> None:
    first = head + tail
    assert credit_digit(first) == uscc.calc_check_digit(first)


@given(st.text("0123456789", min_size=14, max_size=14))
def test_registration_numbers_agree_with_iso_7064(number: str) -> None:
    assert registration_digit(number) == mod_11_10.calc_check_digit(number)


@given(
    st.text(ALPHABET, min_size=17, max_size=17),
    st.integers(0, 16),
    st.sampled_from(ALPHABET),
)
def test_one_wrong_character_never_goes_unnoticed(
    first: str, at: int, other: str
) -> None:
    changed = first[:at] + other + first[at + 1 :]
    assert (credit_digit(changed) == credit_digit(first)) == (changed == first)


def test_known_organisation_codes() -> None:
    """From GB 11714-1997 and from published licences."""
    assert organisation_digit("D2143569") == "X"
    assert organisation_digit("00000000") == "0"


def test_letters_are_raised_in_codes_only() -> None:
    assert has_letters_to_raise("91330100example03k")
    assert has_letters_to_raise("500109na000176x")
    assert not has_letters_to_raise("sp-03")


def test_only_a_right_digit_verifies() -> None:
    assert is_verified("91330100EXAMPLE03K")
    assert is_verified("110108000000016")
    assert not is_verified("91330100EXAMPLE03L")
    assert not is_verified("3209231100626")
    assert is_code_like("3209231100626")
    assert not is_code_like("12345678901")
