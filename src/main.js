/**
 * The server's process. What Node makes of the sources – JavaScript of TypeScript, code of JavaScript – is kept from one start to the next:
 * a third of a start went into it. It lies in node_modules, where only who may change the program may write; where nobody may (the image),
 * all is made anew each time. The one file of JavaScript, since a single one of TypeScript loads the compiler, which then stays in memory.
 */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/heart-compiled", import.meta.url)));
const { serve } = await import("./serve.ts");
await serve(process.env);
