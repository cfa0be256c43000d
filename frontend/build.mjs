// Bundles what runs in the browser. The same sources and lock give the same bytes: `make lint`
// builds anew and compares.
import { readFile, readdir, writeFile } from "node:fs/promises";

import { build } from "esbuild";

const outdir = "../saleor_loyalty/dashboard_extension/static";

const { metafile } = await build({
  entryPoints: { staff: "src/staff.js" },
  outdir,
  bundle: true,
  minify: true,
  metafile: true,
  format: "esm",
  target: ["es2022"],
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  legalComments: "none",
  logLevel: "info",
});

// What others wrote goes out with the licence they gave it.
const packages = new Set(
  Object.keys(metafile.inputs)
    .map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
    .filter(Boolean),
);
const notices = await Promise.all(
  [...packages].sort().map(async (name) => {
    const folder = `node_modules/${name}`;
    const { version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    return `${name} ${version}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
  }),
);
await writeFile(`${outdir}/LICENSES.txt`, notices.join(`\n${"-".repeat(80)}\n\n`));
