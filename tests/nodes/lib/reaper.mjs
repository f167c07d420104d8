// Ends the nodes when the program that started them is gone, even if it was killed and could not do so itself.
// Reads lines "+pid" and "-pid" from standard input, which closes when the parent ends for whatever reason.
import readline from 'node:readline';

const processes = new Set();

// A signal to the whole process group must not end this process before its parent.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) {
    processes.add(pid);
  } else {
    processes.delete(pid);
  }
});
lines.on('close', () => {
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It had ended already.
    }
  }
  process.exit(0);
});
