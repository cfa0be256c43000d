"""What is answered when a request itself is wrong, or we are."""

import logging

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Program


def test_text_that_is_no_query_is_answered_with_where_it_breaks(ask, anonymous):
    answer = ask(anonymous, "{ loyalty")

    [error] = answer["errors"]
    assert "data" not in answer
    assert error["message"].startswith("Syntax Error")
    assert error["locations"] == [{"line": 1, "column": 10}]
    assert error["extensions"] == {"exception": {"code": "GraphQLSyntaxError"}}


def test_an_unknown_field_is_answered_with_its_place(ask, anonymous):
    answer = ask(anonymous, "{\n  loyaltyProgramme { name }\n}")

    [error] = answer["errors"]
    assert "data" not in answer
    assert "loyaltyProgramme" in error["message"]
    assert error["locations"] == [{"line": 2, "column": 3}]
    assert error["extensions"] == {"exception": {"code": "GraphQLError"}}


def test_a_missing_variable_is_an_error(ask, anonymous):
    answer = ask(anonymous, "query ($email: String!) { loyaltyMember(email: $email) { id } }")

    assert "data" not in answer
    assert "$email" in answer["errors"][0]["message"]


def test_what_nobody_foresaw_is_logged_and_not_described(ask, customer, ada, monkeypatch, caplog):
    def fail(**_given: object) -> None:
        raise ValueError("secret detail")

    monkeypatch.setattr(enrolment, "find", fail)

    with caplog.at_level(logging.ERROR, "saleor_loyalty.graphql.errors"):
        answer = ask(customer, "{ loyalty { email } }")

    assert answer == {
        "errors": [
            {
                "message": "Internal Server Error",
                "locations": [{"line": 1, "column": 3}],
                "path": ["loyalty"],
                "extensions": {"exception": {"code": "InternalServerError"}},
            }
        ],
        "data": {"loyalty": None},
    }
    ours = [r for r in caplog.records if r.name == "saleor_loyalty.graphql.errors"]
    assert len(ours) == 1
    assert ours[0].exc_info is not None
    assert str(ours[0].exc_info[1]) == "secret detail"


def test_a_query_as_deep_as_the_schema_is_answered(ask, staff, ada, gift):
    gift(ada, 5)

    answer = ask(
        staff,
        """mutation { loyaltyPointsGift(customerId: "VXNlcjox", points: 5, reason: "More") {
             member { coupons { edges { node { terms { channel } } } } } } }""",
    )

    assert "errors" not in answer


def test_endless_nesting_is_refused(ask, anonymous):
    for query in ("{a" * 50_000, "{ a(b: " + "[" * 50_000):
        answer = ask(anonymous, query)
        assert "data" not in answer
        assert len(answer["errors"]) == 1
        assert answer["errors"][0]["message"] != "Internal Server Error"


def test_the_introspection_query_of_tools_is_answered(ask, anonymous):
    of_types = "kind name " + "ofType { kind name " * 7 + "}" * 7

    answer = ask(
        anonymous,
        f"""{{ __schema {{
              queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }}
              types {{ ...FullType }}
              directives {{ name description locations args {{ ...InputValue }} }}
            }} }}
            fragment FullType on __Type {{
              kind name description
              fields(includeDeprecated: true) {{
                name description args {{ ...InputValue }} type {{ ...TypeRef }}
                isDeprecated deprecationReason
              }}
              inputFields {{ ...InputValue }}
              interfaces {{ ...TypeRef }}
              enumValues(includeDeprecated: true) {{
                name description isDeprecated deprecationReason
              }}
              possibleTypes {{ ...TypeRef }}
            }}
            fragment InputValue on __InputValue {{
              name description type {{ ...TypeRef }} defaultValue
            }}
            fragment TypeRef on __Type {{ {of_types} }}""",
    )

    assert "errors" not in answer
    assert answer["data"]["__schema"]["mutationType"] == {"name": "Mutation"}


def test_a_programme_row_without_rules_is_no_programme(ask, anonymous, shop):
    Program.objects.create(shop=shop)

    assert ask(anonymous, "{ loyaltyProgram { name } }") == {"data": {"loyaltyProgram": None}}


def test_a_longer_request_is_refused_before_it_is_read(ask, anonymous, program):
    query = "{ loyaltyProgram { name } }" + " " * 20_000

    assert ask(anonymous, query)["errors"][0]["message"] == (
        "The request has 20,027 characters; at most 20,000 are allowed."
    )


def test_a_nul_in_a_value_is_told_and_is_no_server_error(ask, staff, shop):
    answer = ask(staff, "query ($e: String) { loyaltyMember(email: $e) { id } }", e="a\0b")

    assert "NUL" in answer["errors"][0]["message"]
