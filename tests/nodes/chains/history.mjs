// Nodes start in the past and live through a few days, so that rates can be measured between two blocks.
const historyDays = 30;
const setupDays = 2;
const stepDays = 5;
export const secondsPerDay = 86_400;

/** The time, in seconds, up to which a node lives before it is used. */
export function presentTimestamp() {
  return Math.floor(Date.now() / 1000);
}

/** Before the history there are two days in which the protocols are set up, because some have timelocks. */
export function genesisTimestamp() {
  return presentTimestamp() - (historyDays + setupDays) * secondsPerDay;
}

/** Advances the clock in steps up to the present and performs the action after each of them. */
export async function liveThroughHistory(rpc, action) {
  for (let day = stepDays; day <= historyDays; day += stepDays) {
    await rpc.advanceTime(stepDays * secondsPerDay);
    await action(stepDays);
  }
}
