"""The history of points."""

import pytest
from django.utils import translation
from graphql_relay import to_global_id

from saleor_loyalty.models import Member

ENTRIES = """query ($first: Int, $after: String, $last: Int, $before: String) {
  loyalty {
    entries(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id kind points balanceAfter createdAt expiresAt orderId orderNumber reason explanation
        }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}"""


def page_of(ask, viewer, **arguments):
    answer = ask(viewer, ENTRIES, **arguments)
    assert "errors" not in answer, answer
    return answer["data"]["loyalty"]["entries"]


def points(page):
    return [edge["node"]["points"] for edge in page["edges"]]


def ends(page):
    return page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]


@pytest.fixture
def seven_gifts(enroll, ada, gift):
    """Of 1 to 7 points; another member's gift lies among them."""
    grace = enroll(ada.shop, "VXNlcjo3", "grace@example.com")
    for number in range(1, 8):
        gift(ada, number)
        if number in {1, 4, 7}:
            gift(grace, 100 + number)


def test_shoppers_see_no_debt_in_their_history_and_staff_do(ask, customer, staff, ada, earn):
    order = earn(ada, "120.00").order
    earn(ada, "0", order=order, credited=1250)
    query = """query ($id: ID!) {
      loyaltyMember(id: $id) { entries { edges { node { points balanceAfter } } } } }"""

    [mine, *_] = page_of(ask, customer)["edges"]
    answer = ask(staff, query, id=to_global_id("LoyaltyMember", ada.pk))
    [theirs, *_] = answer["data"]["loyaltyMember"]["entries"]["edges"]

    assert mine["node"]["balanceAfter"] == 0
    assert theirs["node"] == {"points": -1250, "balanceAfter": -50}


def test_an_orders_points_say_where_they_come_from(ask, customer, ada, earn):
    entry = earn(ada, "120.00")

    [edge] = page_of(ask, customer)["edges"]

    assert edge["node"] == {
        "id": to_global_id("LoyaltyEntry", entry.pk),
        "kind": "ORDER",
        "points": 1200,
        "balanceAfter": 1200,
        "createdAt": "2030-05-17T12:30:00+00:00",
        "expiresAt": None,
        "orderId": "order-1",
        "orderNumber": "1",
        "reason": None,
        "explanation": "EUR 120.00 of goods × 10 points = 1,200 points",
    }


def test_a_gift_says_why_it_was_given(ask, customer, ada, gift):
    gift(ada, 200, "Late parcel")

    [edge] = page_of(ask, customer)["edges"]

    node = edge["node"]
    assert (node["kind"], node["points"], node["reason"]) == ("GIFT", 200, "Late parcel")
    assert (node["orderId"], node["orderNumber"]) == (None, None)
    assert "Late parcel" in node["explanation"]


def test_the_history_is_newest_first(ask, customer, ada, earn):
    earn(ada, "512.00")

    page = page_of(ask, customer)

    assert [edge["node"]["kind"] for edge in page["edges"]] == ["REWARD", "ORDER"]
    assert points(page) == [-5000, 5120]
    assert [edge["node"]["balanceAfter"] for edge in page["edges"]] == [120, 5120]


def test_staff_read_who_gave_the_points(ask, staff, ada, gift, earn):
    earn(ada, "1")
    gift(ada, 200)

    answer = ask(
        staff,
        '{ loyaltyMember(customerId: "VXNlcjox") { entries { edges { node { actor } } } } }',
    )

    edges = answer["data"]["loyaltyMember"]["entries"]["edges"]
    assert [edge["node"]["actor"] for edge in edges] == ["Sam", None]


EXPLANATIONS = "entries { edges { node { explanation } } }"
ENGLISH = "EUR 120.00 of goods × 10 points = 1,200 points"
FRENCH = (
    "120,00\N{NO-BREAK SPACE}EUR d\N{RIGHT SINGLE QUOTATION MARK}articles "
    "\N{MULTIPLICATION SIGN} 10\N{NO-BREAK SPACE}points "
    "= 1\N{NARROW NO-BREAK SPACE}200\N{NO-BREAK SPACE}points"
)


@pytest.mark.parametrize(("code", "told"), [("fr", FRENCH), ("fr-ca", FRENCH), ("it", ENGLISH)])
def test_t29_a_customer_reads_explanations_in_their_own_language(
    ask, customer, ada, earn, code, told
):
    Member.objects.update(language_code=code)
    earn(ada, "120.00")

    with translation.override("en" if told is FRENCH else "fr"):
        answer = ask(customer, f"{{ loyalty {{ {EXPLANATIONS} }} }}")

    [edge] = answer["data"]["loyalty"]["entries"]["edges"]
    assert edge["node"]["explanation"] == told


def test_a_storefront_may_ask_for_its_own_language(ask, customer, ada, earn):
    earn(ada, "120.00")

    asked = EXPLANATIONS.replace("explanation", 'explanation(languageCode: "FR")')
    answer = ask(customer, f"{{ loyalty {{ {asked} }} }}")

    [edge] = answer["data"]["loyalty"]["entries"]["edges"]
    assert edge["node"]["explanation"] == FRENCH


@pytest.mark.parametrize(("asked", "told"), [("fr", FRENCH), ("fr-ca", FRENCH), ("it", ENGLISH)])
def test_t29_staff_read_explanations_in_the_language_of_their_request(
    ask, staff, ada, earn, asked, told
):
    Member.objects.update(language_code="en" if told is FRENCH else "fr")
    earn(ada, "120.00")

    with translation.override(asked):
        answer = ask(staff, f'{{ loyaltyMember(email: "ada@example.com") {{ {EXPLANATIONS} }} }}')

    [edge] = answer["data"]["loyaltyMember"]["entries"]["edges"]
    assert edge["node"]["explanation"] == told


def test_pages_forward_cover_everything_once(ask, customer, seven_gifts):
    first = page_of(ask, customer, first=3)
    second = page_of(ask, customer, first=3, after=first["pageInfo"]["endCursor"])
    third = page_of(ask, customer, first=3, after=second["pageInfo"]["endCursor"])

    assert [points(page) for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert [ends(page) for page in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def test_pages_backward_cover_everything_once(ask, customer, seven_gifts):
    last = page_of(ask, customer, last=3)
    middle = page_of(ask, customer, last=3, before=last["pageInfo"]["startCursor"])
    newest = page_of(ask, customer, last=3, before=middle["pageInfo"]["startCursor"])

    assert [points(page) for page in (last, middle, newest)] == [[3, 2, 1], [6, 5, 4], [7]]
    assert [ends(page) for page in (last, middle, newest)] == [
        (True, False),
        (True, True),
        (False, True),
    ]


def test_a_page_that_ends_with_the_list_says_so(ask, customer, seven_gifts):
    assert ends(page_of(ask, customer, first=7)) == (False, False)
    assert ends(page_of(ask, customer, last=7)) == (False, False)


def test_cursors_are_those_of_the_pages_ends(ask, customer, seven_gifts):
    page = page_of(ask, customer, first=3)

    cursors = [edge["cursor"] for edge in page["edges"]]
    assert page["pageInfo"]["startCursor"] == cursors[0]
    assert page["pageInfo"]["endCursor"] == cursors[-1]
    assert len(set(cursors)) == 3


def test_an_empty_history_is_a_page_without_ends(ask, customer, ada, program):
    assert page_of(ask, customer) == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


def test_the_item_a_page_starts_from_lies_before_it(ask, customer, seven_gifts):
    newest = page_of(ask, customer, first=1)["pageInfo"]["endCursor"]
    oldest = page_of(ask, customer, last=1)["pageInfo"]["startCursor"]

    forward = page_of(ask, customer, first=6, after=newest)
    backward = page_of(ask, customer, last=6, before=oldest)

    assert (points(forward), ends(forward)) == ([6, 5, 4, 3, 2, 1], (True, False))
    assert (points(backward), ends(backward)) == ([7, 6, 5, 4, 3, 2], (False, True))


def test_behind_the_last_item_lies_an_empty_page(ask, customer, seven_gifts):
    oldest = page_of(ask, customer, last=1)["pageInfo"]["endCursor"]

    page = page_of(ask, customer, first=3, after=oldest)

    assert (points(page), ends(page)) == ([], (True, False))


def test_twenty_are_shown_unless_asked_otherwise(ask, customer, ada, gift):
    for _ in range(21):
        gift(ada, 1)
    cursor = page_of(ask, customer, last=1)["pageInfo"]["startCursor"]

    assert len(page_of(ask, customer)["edges"]) == 20
    assert len(page_of(ask, customer, before=cursor)["edges"]) == 20
    assert len(page_of(ask, customer, first=100)["edges"]) == 21


@pytest.mark.parametrize("size", [101, 0, -1])
@pytest.mark.parametrize("direction", ["first", "last"])
def test_a_page_has_one_to_a_hundred_items(ask, customer, ada, program, direction, size):
    answer = ask(customer, ENTRIES, **{direction: size})

    assert answer["data"] == {"loyalty": None}
    [error] = answer["errors"]
    assert error["message"] == f"Ask for 1 to 100 items at once, not for {size}."
    assert error["path"] == ["loyalty", "entries"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 1, "last": 1},
        {"first": 1, "before": "x"},
        {"last": 1, "after": "x"},
        {"after": "x", "before": "x"},
    ],
)
def test_a_page_is_read_in_one_direction(ask, customer, ada, program, arguments):
    answer = ask(customer, ENTRIES, **arguments)

    assert answer["data"] == {"loyalty": None}
    assert answer["errors"][0]["message"] == (
        "Use either `first` with `after` or `last` with `before`."
    )


@pytest.mark.parametrize("cursor", ["", "x", "VXNlcjox", to_global_id("LoyaltyCoupon", 1)])
def test_a_cursor_of_another_list_is_an_error(ask, customer, ada, program, cursor):
    answer = ask(customer, ENTRIES, first=1, after=cursor)

    assert answer["errors"][0]["message"] == f"{cursor!r} is no id of a LoyaltyEntry."


def test_the_total_is_of_the_whole_list(ask, customer, seven_gifts):
    answer = ask(customer, "{ loyalty { entries(first: 2) { totalCount } } }")

    assert answer["data"]["loyalty"]["entries"]["totalCount"] == 7


def test_a_history_costs_the_same_however_long(ask, customer, ada, earn, django_assert_num_queries):
    for _ in range(2):
        earn(ada, "1.00")
    # The member, the entries, what their coupons take off, of which parts of orders they come, the
    # rule by which they end.
    with django_assert_num_queries(5):
        page_of(ask, customer, first=100)

    for _ in range(10):
        earn(ada, "1.00")
    with django_assert_num_queries(5):
        assert len(page_of(ask, customer, first=100)["edges"]) == 12


def test_the_total_costs_a_query_only_when_asked_for(
    ask, customer, ada, gift, django_assert_num_queries
):
    gift(ada, 1)

    with django_assert_num_queries(5):
        ask(customer, "{ loyalty { entries { totalCount edges { node { points } } } } }")
