// Standard output carries the one line of JSON, so everything for people goes to standard error.
export function log(message) {
  process.stderr.write(`[nodes] ${message}\n`);
}
