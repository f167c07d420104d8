import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { hashOf, readCached, rootDirectory, writeCached } from './cache.mjs';
import { log } from './log.mjs';

const require = createRequire(import.meta.url);

/**
 * Compiles a unit (see units.mjs) or takes the result from the cache.
 * Returns the artifacts by contract name: { abi, bytecode, deployedBytecode, linkReferences }.
 */
export function compileUnit(unit) {
  const sources = collectSources(unit);
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: {
      ...unit.settings,
      remappings: (unit.remappings ?? []).map(({ prefix, target }) => `${prefix}=${target}`),
      // Without the metadata hash, the bytecode does not depend on comments and paths.
      metadata: { bytecodeHash: 'none' },
      outputSelection: {
        '*': {
          '*': ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences', 'evm.deployedBytecode.object'],
        },
      },
    },
  };
  const compilerVersion = require(`${unit.compiler}/package.json`).version;
  const cacheName = `${unit.name}-${hashOf([compilerVersion, input])}.json`;
  const cached = readCached(cacheName);
  if (cached) {
    return cached;
  }

  log(`compiling ${unit.name} (${sources.size} sources) with solc ${compilerVersion}`);
  const started = Date.now();
  const artifacts = runCompiler(unit, input);
  writeCached(cacheName, artifacts);
  log(`compiled ${unit.name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return artifacts;
}

function runCompiler(unit, input) {
  // Loaded only here: the compiler itself takes a second to load and a cached start does not need it.
  const solc = require(unit.compiler);
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
  if (errors.length > 0) {
    const shown = errors.slice(0, 5).map((error) => error.formattedMessage);
    throw new Error(`Compiling ${unit.name} failed:\n${shown.join('\n')}`);
  }

  const artifacts = {};
  for (const root of unit.roots) {
    for (const [name, contract] of Object.entries(output.contracts[root] ?? {})) {
      if (contract.evm.bytecode.object !== '') {
        artifacts[name] = {
          abi: contract.abi,
          bytecode: `0x${contract.evm.bytecode.object}`,
          deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
          linkReferences: contract.evm.bytecode.linkReferences,
        };
      }
    }
  }
  return artifacts;
}

/** All sources that the unit's roots import, directly or not: they are the compiler's input and the cache's key. */
function collectSources(unit) {
  const sources = new Map();
  const pending = [...unit.roots];
  while (pending.length > 0) {
    const name = pending.pop();
    if (sources.has(name)) {
      continue;
    }
    const content = fs.readFileSync(locate(unit, name), 'utf8');
    sources.set(name, content);
    for (const imported of importsOf(content)) {
      pending.push(
        imported.startsWith('.') ? path.posix.join(path.posix.dirname(name), imported) : remap(unit, imported),
      );
    }
  }
  // A fixed order, so that the key does not depend on the order of discovery.
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function importsOf(content) {
  const code = content.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/\bimport\s+(?:[^'";]*?\bfrom\s+)?['"]([^'"]+)['"]/g)].map((match) => match[1]);
}

function remap(unit, name) {
  const rule = (unit.remappings ?? []).find(({ prefix }) => name.startsWith(prefix));
  return rule ? rule.target + name.slice(rule.prefix.length) : name;
}

/** Source names are paths below this folder (our own contracts) or below node_modules. */
function locate(unit, name) {
  const base = name.startsWith('contracts/') ? rootDirectory : path.join(rootDirectory, 'node_modules');
  const file = path.join(base, name);
  if (!fs.existsSync(file)) {
    throw new Error(`${unit.name} needs ${name}, which is not installed; run "npm ci" in ${rootDirectory}`);
  }
  return file;
}
