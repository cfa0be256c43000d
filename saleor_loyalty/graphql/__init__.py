"""The public GraphQL schema, unchanged on graphene 2, which Saleor ships, and graphene 3.

Types and resolvers only: what they show comes from the domain's verbs, who may see it from
`permissions.Viewer`, which every door puts on the context as `loyalty_viewer`.
"""
