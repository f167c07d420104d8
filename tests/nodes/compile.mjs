// Fills the compiler's cache, so that a later start is fast.
import { compileUnit } from './lib/compiler.mjs';
import { log } from './lib/log.mjs';
import { units } from './lib/units.mjs';

for (const unit of Object.values(units)) {
  const artifacts = compileUnit(unit);
  log(`${unit.name}: ${Object.keys(artifacts).length} contracts ready`);
}
