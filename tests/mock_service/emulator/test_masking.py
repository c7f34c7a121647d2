"""No key can be read back from the journal, however it was sent."""

import httpx2
import pytest

from mock_service.emulator.masking import mask_headers, mask_text
from personalizer_lab import LocalPersonalizer

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
        (f"authorization={HIDDEN}", "authorization=***"),
        (f"a=1?subscription-key={HIDDEN}", "a=1?subscription-key=***"),
        (f"a=1#subscription-key={HIDDEN}", "a=1#subscription-key=***"),
        (f"url=http%3A%2F%2Fx%2F%3Fsubscription-key%3D{HIDDEN}", "url=***"),
        (f"url=http%253A%252F%252Fx%253Fsubscription-key%253D{HIDDEN}", "url=***"),
        (f"/personalizer/v1.0/rank&subscription-key={HIDDEN}", None),
        (f"/personalizer/v1.0/rank/subscription-key={HIDDEN}", None),
        ("url=http%3A%2F%2Fx%2F%3Fsort-key%3Dname", "url=http%3A%2F%2Fx%2F%3Fsort-key%3Dname"),
        ("key", "key"),
        ("sort-key=name", "sort-key=name"),
        ("", ""),
    ],
)
def test_a_key_in_a_query_is_masked(query: str, masked: str | None) -> None:
    """And nothing else."""
    assert HIDDEN not in mask_text(query)
    assert masked in {None, mask_text(query)}


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
        (b"cookie", b"a=1; subscription-key=s3cr3t", b"a=1; subscription-key=***"),
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
        for rest in (f"?subscription-key={key}", f"?Subscription%2dKey={key}", f"&api-key={key}"):
            httpx2.get(
                f"{personalizer.endpoint}/personalizer/v1.0/model{rest}",
                headers={"Ocp-Apim-Subscription-Key": key, "Authorization": f"Bearer {key}"},
            )
    listed = httpx2.get(
        f"{personalizer.endpoint}/mock/calls",
        headers={"Ocp-Apim-Subscription-Key": personalizer.key},
    )

    assert len(personalizer.calls) == 6
    assert personalizer.key not in repr(tuple(personalizer.calls)) + listed.text
    assert "other" not in repr(tuple(personalizer.calls)) + listed.text
    assert personalizer.calls[0].headers["ocp-apim-subscription-key"] == "***"
    assert personalizer.calls[0].parameters == {"subscription-key": "***"}
