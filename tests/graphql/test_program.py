"""Reading and changing the programme."""

import pytest
from django.utils import translation

from saleor_loyalty.models import Channel, ChannelTerms, RewardTerms
from saleor_loyalty.permissions import Viewer
from saleor_loyalty.problems import Refused
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

PROGRAM = """{
  loyaltyProgram {
    name isActive threshold rewardName discountType couponValidDays basis includeShipping
    expiryPolicy expiryDays timeZone
    channels { channel currency pointsPerUnit discountValue minSpent }
  }
}"""

UPDATE = """mutation ($input: LoyaltyProgramInput!) {
  loyaltyProgramUpdate(input: $input) {
    program {
      name isActive threshold rewardName discountType couponValidDays basis includeShipping
      expiryPolicy expiryDays timeZone reminders
      channels { channel currency pointsPerUnit discountValue minSpent }
    }
    errors { field message code }
  }
}"""

EU = {"channel": "eu", "pointsPerUnit": 10, "discountValue": 10}
REMINDERS = ["TWO_MONTHS", "ONE_MONTH", "TWO_WEEKS", "ONE_WEEK"]


def update(ask, viewer, **given):
    answer = ask(viewer, UPDATE, input=given)
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyProgramUpdate"]


def problems(payload):
    assert payload["program"] is None
    return {(error["field"], error["code"]) for error in payload["errors"]}


def test_anyone_reads_the_public_part_of_the_programme(ask, anonymous, program):
    answer = ask(anonymous, PROGRAM)

    assert answer == {
        "data": {
            "loyaltyProgram": {
                "name": "Club",
                "isActive": True,
                "threshold": 5000,
                "rewardName": "10 % off",
                "discountType": "PERCENTAGE",
                "couponValidDays": 60,
                "basis": "GROSS",
                "includeShipping": False,
                "expiryPolicy": "NEVER",
                "expiryDays": None,
                "timeZone": "Europe/Rome",
                "channels": [
                    {
                        "channel": "eu",
                        "currency": "EUR",
                        "pointsPerUnit": 10.0,
                        "discountValue": 10.0,
                        "minSpent": 100.0,
                    },
                    {
                        "channel": "us",
                        "currency": "USD",
                        "pointsPerUnit": 2.5,
                        "discountValue": 10.0,
                        "minSpent": None,
                    },
                ],
            }
        }
    }


def test_channels_are_in_order_of_their_names(ask, anonymous, program):
    ChannelTerms.objects.create(
        version=program.current,
        channel_id="Q2hhbm5lbDoz",
        channel_name="Austria",
        currency="EUR",
        points_per_unit=1,
    )
    RewardTerms.objects.create(
        version=program.current.reward,
        channel_id="Q2hhbm5lbDoz",
        currency="EUR",
        discount_value=1,
    )

    Channel.objects.create(shop=program.shop, channel_id="Q2hhbm5lbDoz", slug="at", name="Austria")

    answer = ask(anonymous, "{ loyaltyProgram { channels { channel } } }")

    assert [terms["channel"] for terms in answer["data"]["loyaltyProgram"]["channels"]] == [
        "at",
        "eu",
        "us",
    ]


def test_a_shop_that_set_none_up_has_no_programme(ask, anonymous):
    assert ask(anonymous, PROGRAM) == {"data": {"loyaltyProgram": None}}


def test_a_request_that_names_no_shop_is_told_so(ask, db):
    answer = ask(Viewer(), PROGRAM)

    assert answer["errors"][0]["message"] == "The request names no shop that is served here."


def test_the_programme_is_read_in_three_queries(ask, anonymous, program, django_assert_num_queries):
    with django_assert_num_queries(3):
        ask(anonymous, PROGRAM)


def test_staff_who_manage_settings_read_the_reminders(ask, owner, program):
    answer = ask(owner, "{ loyaltyProgram { reminders } }")

    assert answer == {"data": {"loyaltyProgram": {"reminders": REMINDERS}}}


def test_the_first_update_sets_the_programme_up(ask, owner, shop):
    payload = update(
        ask,
        owner,
        name="Friends",
        isActive=True,
        threshold=300,
        rewardName="Five",
        discountType="FIXED",
        couponValidDays=30,
        basis="NET",
        includeShipping=True,
        expiryPolicy="NEVER",
        timeZone="Europe/Paris",
        channels=[{"channel": "eu", "pointsPerUnit": "0.5", "discountValue": 5, "minSpent": 9.99}],
    )

    assert payload["errors"] == []
    assert payload["program"] == {
        "name": "Friends",
        "isActive": True,
        "threshold": 300,
        "rewardName": "Five",
        "discountType": "FIXED",
        "couponValidDays": 30,
        "basis": "NET",
        "includeShipping": True,
        "expiryPolicy": "NEVER",
        "expiryDays": None,
        "timeZone": "Europe/Paris",
        "reminders": REMINDERS,
        "channels": [
            {
                "channel": "eu",
                "currency": "EUR",
                "pointsPerUnit": 0.5,
                "discountValue": 5.0,
                "minSpent": 9.99,
            }
        ],
    }


def test_a_decimal_arrives_as_written_however_it_is_given(ask, owner, shop, program):
    for given in (0.1, "0.1", "0.10"):
        update(ask, owner, channels=[{**EU, "pointsPerUnit": given}])
        terms = programs.current(shop).current.channels.get()
        assert str(terms.points_per_unit) == "0.1000"


def test_a_decimal_may_stand_in_the_query_itself(ask, owner, shop, program):
    answer = ask(
        owner,
        """mutation { loyaltyProgramUpdate(input: {channels: [
             {channel: "eu", pointsPerUnit: 2.25, discountValue: 7}
           ]}) { errors { message } } }""",
    )

    assert answer == {"data": {"loyaltyProgramUpdate": {"errors": []}}}
    version = programs.current(shop).current
    (earns,), (gives,) = version.channels.all(), version.reward.terms.all()
    assert (str(earns.points_per_unit), str(gives.discount_value)) == ("2.2500", "7.000")


@pytest.mark.parametrize("given", ["abc", "", "NaN", "Infinity", True])
def test_what_is_no_number_is_no_decimal(ask, owner, program, given):
    answer = ask(owner, UPDATE, input={"channels": [{**EU, "pointsPerUnit": given}]})

    assert "data" not in answer
    assert "Decimal cannot represent" in answer["errors"][0]["message"]


def test_what_is_not_given_stays_as_it_is(ask, owner, program):
    before = ask(owner, PROGRAM)["data"]["loyaltyProgram"]

    program_now = update(ask, owner, rewardName="Ten")["program"]

    assert {**program_now, "reminders": None} == {
        **before,
        "rewardName": "Ten",
        "reminders": None,
    }


def test_reminders_are_chosen_and_kept_once_each_the_longest_first(ask, owner, program):
    update(ask, owner, reminders=["ONE_WEEK", "TWO_MONTHS", "ONE_WEEK"])

    answer = ask(owner, "{ loyaltyProgram { reminders } }")
    assert answer == {"data": {"loyaltyProgram": {"reminders": ["TWO_MONTHS", "ONE_WEEK"]}}}


def test_all_reminders_can_be_switched_off(ask, owner, program):
    assert update(ask, owner, reminders=[])["program"] is not None

    answer = ask(owner, "{ loyaltyProgram { reminders } }")
    assert answer == {"data": {"loyaltyProgram": {"reminders": []}}}


def test_a_reminder_nobody_knows_is_refused(shop, program):
    with pytest.raises(Refused, match="TEN_YEARS"):
        programs.update(shop=shop, changes=Changes(reminders=["TEN_YEARS"]), actor="Olga")


def test_null_is_not_the_same_as_not_given(ask, owner, program):
    program_now = update(ask, owner, couponValidDays=None)["program"]

    assert program_now["couponValidDays"] is None
    assert program_now["threshold"] == 5000


def test_terms_given_without_a_minimum_have_none(ask, owner, program):
    terms = [EU, {**EU, "channel": "us", "minSpent": None}]

    program_now = update(ask, owner, channels=terms)["program"]

    assert [channel["minSpent"] for channel in program_now["channels"]] == [None, None]


def test_the_change_carries_the_name_of_who_made_it(ask, owner, shop, program):
    update(ask, owner, threshold=700)

    assert programs.current(shop).current.created_by == "Olga"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"threshold": 0}, "threshold", "OUT_OF_RANGE"),
        ({"threshold": None}, "threshold", "REQUIRED"),
        ({"name": " "}, "name", "REQUIRED"),
        ({"couponValidDays": 0}, "couponValidDays", "OUT_OF_RANGE"),
        ({"timeZone": "Europe/Atlantis"}, "timeZone", "INVALID"),
        ({"channels": []}, "channels", "REQUIRED"),
        ({"channels": [{**EU, "channel": "moon"}]}, "channels", "NOT_FOUND"),
        ({"channels": [EU, EU]}, "channels", "DUPLICATE"),
        ({"channels": [{**EU, "pointsPerUnit": -1}]}, "channels", "OUT_OF_RANGE"),
        ({"channels": [{**EU, "pointsPerUnit": "1e400"}]}, "channels", "OUT_OF_RANGE"),
        ({"channels": [{**EU, "discountValue": 101}]}, "channels", "OUT_OF_RANGE"),
        ({"channels": [{**EU, "minSpent": "9.999"}]}, "channels", "OUT_OF_RANGE"),
        ({"expiryPolicy": "ROLLING"}, "expiryDays", "REQUIRED"),
        ({"expiryPolicy": "PER_LOT", "expiryDays": 0}, "expiryDays", "OUT_OF_RANGE"),
        ({"expiryDays": 30}, "expiryDays", "INVALID"),
        ({"reminders": None}, "reminders", "REQUIRED"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(ask, owner, shop, program, given, field, code):
    assert problems(update(ask, owner, **given)) == {(field, code)}

    assert programs.current(shop).current_id == program.current_id


def test_all_that_is_wrong_is_told_at_once(ask, owner, program):
    payload = update(ask, owner, threshold=-1, timeZone="Mars", name="")

    assert problems(payload) == {
        ("threshold", "OUT_OF_RANGE"),
        ("timeZone", "INVALID"),
        ("name", "REQUIRED"),
    }


def test_what_is_wrong_is_told_in_english_whatever_is_spoken(ask, owner, program):
    with translation.override("fr"):
        payload = update(ask, owner, threshold=0, channels=[{**EU, "pointsPerUnit": 10_001}])

    assert [error["message"] for error in payload["errors"]] == [
        "The threshold must be from 1 to 1,000,000,000 points.",
        "Channel “eu”: The points for one unit must be from 0 to 10,000.",
    ]


def test_an_unknown_enum_value_is_a_graphql_error(ask, owner, program):
    answer = ask(owner, UPDATE, input={"basis": "BRUTTO"})

    assert "data" not in answer
    assert "LoyaltySpendBasis" in answer["errors"][0]["message"]


LIMIT = """mutation ($input: LoyaltyProgramInput!) {
  loyaltyProgramUpdate(input: $input) {
    program { limitedTo { products collections categories } }
    errors { field message code }
  }
}"""
JUICE, DRINKS = "UHJvZHVjdDox", "Q2F0ZWdvcnk6MQ=="
GONE = "UHJvZHVjdDo5OQ=="
EVERYTHING = {"products": [], "collections": [], "categories": []}


def limit(ask, viewer, **limited_to):
    answer = ask(viewer, LIMIT, input={"limitedTo": limited_to})
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyProgramUpdate"]


def test_a_coupon_is_good_for_the_whole_order_until_somebody_limits_it(ask, anonymous, program):
    answer = ask(anonymous, "{ loyaltyProgram { limitedTo { products collections categories } } }")

    assert answer == {"data": {"loyaltyProgram": {"limitedTo": EVERYTHING}}}


def test_a_coupon_is_limited_to_things_of_the_catalogue(ask, owner, shop, program):
    payload = limit(ask, owner, products=[JUICE, JUICE], categories=[DRINKS])

    limited_to = {"products": [JUICE], "collections": [], "categories": [DRINKS]}
    assert payload == {"program": {"limitedTo": limited_to}, "errors": []}
    version = programs.current(shop).current
    assert (version.number, version.reward.limited_to) == (2, sorted([JUICE, DRINKS]))


def test_the_order_in_which_things_are_given_is_no_change(ask, owner, shop, program):
    limit(ask, owner, products=[JUICE], categories=[DRINKS])
    limit(ask, owner, categories=[DRINKS], products=[JUICE])

    assert programs.current(shop).current.number == 2


def test_limits_stay_when_they_are_not_given_and_go_when_they_are_empty(ask, owner, shop, program):
    limit(ask, owner, products=[JUICE])

    update(ask, owner, threshold=300)
    assert programs.current(shop).current.reward.limited_to == [JUICE]

    assert limit(ask, owner)["program"] == {"limitedTo": EVERYTHING}
    assert programs.current(shop).current.reward.limited_to == []


@pytest.mark.parametrize(
    ("limited_to", "code", "said"),
    [
        ({"products": [GONE]}, "NOT_FOUND", f"“{GONE}”: The shop has no such item."),
        ({"products": [DRINKS]}, "INVALID", f"“{DRINKS}” is the id of no product"),
        ({"collections": ["7"]}, "INVALID", "“7” is the id of no collection"),
        ({"products": ["UHJvZHVjdDo5OTk5OTk5OTk5OTk="]}, "INVALID", "is the id of no product"),
        ({"products": ["UHJvZHVjdDo="]}, "INVALID", "is the id of no product"),
        ({"products": ["UHJvZHVjdDowMQ=="]}, "INVALID", "is the id of no product"),
        ({"products": [JUICE] * 101}, "OUT_OF_RANGE", "may be limited to 100 things"),
    ],
)
def test_what_is_not_in_the_shop_is_refused(ask, owner, shop, program, limited_to, code, said):
    payload = limit(ask, owner, **limited_to)

    [error] = payload["errors"]
    assert (error["field"], error["code"]) == ("limitedTo", code)
    assert said in error["message"]
    assert programs.current(shop).current_id == program.current_id


def test_no_limits_at_all_is_not_the_same_as_not_given(ask, owner, program):
    assert problems(update(ask, owner, limitedTo=None)) == {("limitedTo", "REQUIRED")}


def test_nothing_is_saved_while_the_shop_cannot_say_what_it_has(ask, owner, shop, program):
    shop.api_url = "http://127.0.0.1:1/graphql/"  # nobody listens there
    shop.save()

    answer = ask(owner, LIMIT, input={"limitedTo": {"products": [JUICE]}})

    assert "does not answer now; nothing was changed" in answer["errors"][0]["message"]
    assert programs.current(shop).current.reward.limited_to == []
