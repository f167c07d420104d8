import fs from 'node:fs';
import path from 'node:path';
import { rootDirectory } from './cache.mjs';

/**
 * A compiled contract that a package ships. Read as a file, because some packages do not export theirs;
 * both the layout of Hardhat and that of Foundry are understood, and some leave out the code as it is deployed.
 */
export function packagedArtifact(file) {
  const location = path.join(rootDirectory, 'node_modules', `${file}.json`);
  const artifact = JSON.parse(fs.readFileSync(location, 'utf8'));
  return {
    // Code in Yul has none.
    abi: artifact.abi ?? [],
    bytecode: artifact.bytecode.object ?? artifact.bytecode,
    deployedBytecode: artifact.deployedBytecode?.object ?? artifact.deployedBytecode,
    linkReferences: artifact.linkReferences ?? artifact.bytecode.linkReferences,
  };
}
