// Bundles what runs in the browser. Same sources and lock, same bytes: `make lint` compares them.
import { build } from "esbuild";

await build({
  entryPoints: { staff: "src/staff.js" },
  outdir: "../saleor_loyalty/dashboard_extension/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  legalComments: "linked",
  logLevel: "info",
});
