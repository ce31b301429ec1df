// All rules by name. A rule without a planted violation in planted.test.ts is red.
import { ambient } from "./rules/ambient.ts";
import { engineWords } from "./rules/engine-words.ts";
import { imports } from "./rules/imports.ts";
import { names } from "./rules/names.ts";
import { packages } from "./rules/packages.ts";
import { shortcuts } from "./rules/shortcuts.ts";
import { sizes } from "./rules/sizes.ts";
import { statements } from "./rules/statements.ts";
import { twins } from "./rules/twins.ts";
import { writes } from "./rules/writes.ts";
import type { Rule } from "./tree.ts";

export const rules: Readonly<Record<string, Rule>> = { ambient, engineWords, imports, names, packages, shortcuts, sizes, statements, twins, writes };
