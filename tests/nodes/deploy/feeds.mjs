import { parseUnits } from 'ethers';
import { deploy } from '../lib/contract.mjs';

const feedDecimals = 8;

/** Price feeds in US dollars, by token symbol. */
export async function deployFeeds({ rpc, accounts, artifacts }, prices) {
  const feeds = {};
  for (const [symbol, price] of Object.entries(prices)) {
    const answer = parseUnits(String(price), feedDecimals);
    const args = [feedDecimals, `${symbol} / USD`, answer];
    feeds[symbol] = await deploy(rpc, accounts.deployer, artifacts.own.PriceFeed, args);
  }
  return feeds;
}

/** Names in the JSON: feedUsdc, feedWeth and so on. */
export function describeFeeds(feeds) {
  return Object.fromEntries(
    Object.entries(feeds).map(([symbol, feed]) => [
      `feed${symbol[0]}${symbol.slice(1).toLowerCase()}`,
      feed.address,
    ]),
  );
}
