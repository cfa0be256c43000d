// A gateway in front of Saleor and of our subgraph. It asks both for their schemas, composes them,
// and passes the shopper's token on. Usage: node gateway.mjs SALEOR_URL LOYALTY_URL PORT

import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

const [saleor, loyalty, port] = process.argv.slice(2);

class WithToken extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [
      { name: "saleor", url: saleor },
      { name: "loyalty", url: loyalty },
    ],
  }),
  buildService: ({ url }) => new WithToken({ url }),
});

await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { host: "127.0.0.1", port: Number(port) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
console.log("The gateway is ready.");
