// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// A price feed with Chainlink's read interface whose rounds anybody may set.
/// Tests use it to move a price or to make it stale.
contract PriceFeed {
  struct Round {
    int256 answer;
    uint256 updatedAt;
  }

  uint8 public immutable decimals;
  string public description;
  uint80 private _roundId;
  mapping(uint80 => Round) private _rounds;

  event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

  constructor(uint8 decimals_, string memory description_, int256 answer) {
    decimals = decimals_;
    description = description_;
    setRound(answer, block.timestamp);
  }

  function version() external pure returns (uint256) {
    return 4;
  }

  function setAnswer(int256 answer) external {
    setRound(answer, block.timestamp);
  }

  function setRound(int256 answer, uint256 updatedAt) public {
    _roundId++;
    _rounds[_roundId] = Round(answer, updatedAt);
    emit AnswerUpdated(answer, _roundId, updatedAt);
  }

  function latestAnswer() external view returns (int256) {
    return _rounds[_roundId].answer;
  }

  function latestTimestamp() external view returns (uint256) {
    return _rounds[_roundId].updatedAt;
  }

  function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
    return getRoundData(_roundId);
  }

  function getRoundData(
    uint80 id
  )
    public
    view
    returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
  {
    Round storage round = _rounds[id];
    require(id != 0 && id <= _roundId, "No data present");
    return (id, round.answer, round.updatedAt, round.updatedAt, id);
  }
}
