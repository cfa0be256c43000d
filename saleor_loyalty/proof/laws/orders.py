"""The laws of settled orders: what their entries say about them."""

from saleor_loyalty.proof.law import Law

LAWS = (
    Law(
        "an order's points are the sum of its entries",
        """
        SELECT o.member_id, 'points of order ' || o.order_id, o.points::text,
               coalesce(sum(e.points), 0)::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        LEFT JOIN saleor_loyalty_entry e ON e.order_id = o.id
        GROUP BY o.id
        HAVING o.points <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "an order's revision counts its entries",
        """
        SELECT o.member_id, 'revision of order ' || o.order_id, o.revision::text, count(e.id)::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        LEFT JOIN saleor_loyalty_entry e ON e.order_id = o.id
        GROUP BY o.id
        HAVING o.revision <> count(e.id)
        """,
    ),
    Law(
        "an order's points are all with the order's member, but what former ones had spent",
        """
        SELECT o.member_id, 'points of order ' || o.order_id || ' with former owners',
               o.left_behind::text, coalesce(sum(e.points), 0)::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        LEFT JOIN (
            saleor_loyalty_entry e JOIN saleor_loyalty_account a ON a.id = e.account_id
        ) ON e.order_id = o.id AND a.member_id <> o.member_id
        GROUP BY o.id
        HAVING o.left_behind <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "an order stays with the version that first credited it",
        """
        SELECT o.member_id, 'version of entry ' || e.id, e.version_id::text, o.version_id::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.order_id = o.id AND e.version_id <> o.version_id
        """,
    ),
    Law(
        "an order's newest entry says what the order stands at",
        """
        SELECT member_id, 'order ' || order_id || ' by its newest entry',
               coalesce(entitled::text, 'nothing'), points::text
        FROM (
            SELECT DISTINCT ON (o.id) o.member_id, o.order_id, o.points, e.entitled
            FROM scope m
            JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
            JOIN saleor_loyalty_entry e ON e.order_id = o.id
            ORDER BY o.id, e.id DESC
        ) AS newest
        WHERE entitled IS DISTINCT FROM points
        """,
    ),
)
