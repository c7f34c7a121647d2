"""No key can be read back from the journal, however it was sent."""

import httpx2
import pytest

from mock_service.testing import LocalPersonalizer
from mock_service.traffic.masking import mask_headers, mask_query

HIDDEN = "s3cr3t"


@pytest.mark.parametrize(
    ("query", "masked"),
    [
        (f"subscription-key={HIDDEN}", "subscription-key=***"),
        (f"a=1&subscription-key={HIDDEN}&b=2", "a=1&subscription-key=***&b=2"),
        (f"Subscription-Key={HIDDEN}", "Subscription-Key=***"),
        (f"subscription%2Dkey={HIDDEN}", "subscription%2Dkey=***"),
        (f"%73ubscription-key={HIDDEN}", "%73ubscription-key=***"),
        (f"+subscription-key={HIDDEN}", "+subscription-key=***"),
        (f"subscription-key={HIDDEN};x=1", "subscription-key=***;x=1"),
        (f"subscription-key={HIDDEN}&subscription-key={HIDDEN}", None),
        (f"Ocp-Apim-Subscription-Key={HIDDEN}", "Ocp-Apim-Subscription-Key=***"),
        (f"subscription-key=a={HIDDEN}", "subscription-key=***"),
        ("api-version=2022-09-01-preview", "api-version=2022-09-01-preview"),
        (f"api-key={HIDDEN}", "api-key=***"),
        (f"subscriptionKey={HIDDEN}", "subscriptionKey=***"),
        ("key", "key"),
        ("sort-key=name", "sort-key=name"),
        ("", ""),
    ],
)
def test_a_key_in_a_query_is_masked(query: str, masked: str | None) -> None:
    """And nothing else."""
    assert HIDDEN not in mask_query(query)
    assert masked in {None, mask_query(query)}


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        (b"ocp-apim-subscription-key", b"s3cr3t", b"***"),
        (b"Ocp-Apim-Subscription-Key", b"s3cr3t", b"***"),
        (b"authorization", b"Bearer s3cr3t", b"***"),
        (b"x-api-key", b"s3cr3t", b"***"),
        (b"idempotency-key", b"one", b"one"),
        (
            b"referer",
            b"http://localhost/?subscription-key=s3cr3t",
            b"http://localhost/?subscription-key=***",
        ),
        (b"accept", b"*/*", b"*/*"),
        (b"user-agent", b"what? \xff", b"what? \xff"),
    ],
)
def test_a_key_in_a_header_is_masked(name: bytes, value: bytes, masked: bytes) -> None:
    """Tokens too, and keys in the addresses of pages."""
    assert mask_headers([(name, value)]) == ((name, masked),)


def test_no_key_is_in_the_journal(personalizer: LocalPersonalizer) -> None:
    """Right or wrong, in the fixture's hand or over HTTP."""
    for key in (personalizer.key, "other"):
        for query in (f"subscription-key={key}", f"Subscription%2dKey={key}"):
            httpx2.get(
                f"{personalizer.endpoint}/personalizer/v1.0/model?{query}",
                headers={"Ocp-Apim-Subscription-Key": key, "Authorization": f"Bearer {key}"},
            )
    listed = httpx2.get(
        f"{personalizer.endpoint}/mock/calls",
        headers={"Ocp-Apim-Subscription-Key": personalizer.key},
    )

    assert len(personalizer.calls) == 4
    assert personalizer.key not in repr(tuple(personalizer.calls)) + listed.text
    assert "other" not in repr(tuple(personalizer.calls)) + listed.text
    assert personalizer.calls[0].headers["ocp-apim-subscription-key"] == "***"
    assert personalizer.calls[0].parameters == {"subscription-key": "***"}
