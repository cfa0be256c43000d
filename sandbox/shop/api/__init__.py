"""Saleor's GraphQL API: schema.graphql of the folder above, answered from the shop's rows."""
