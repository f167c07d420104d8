// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {TestToken} from "./TestToken.sol";

interface IMessageHandler {
  function handleReceiveFinalizedMessage(
    uint32 sourceDomain,
    bytes32 sender,
    uint32 finalityThresholdExecuted,
    bytes calldata messageBody
  ) external returns (bool);

  function handleReceiveUnfinalizedMessage(
    uint32 sourceDomain,
    bytes32 sender,
    uint32 finalityThresholdExecuted,
    bytes calldata messageBody
  ) external returns (bool);
}

/// STAND-IN for MessageTransmitterV2 of Circle's CCTP, whose source is not on npm. Written from the documented formats.
///
/// Same: the signatures, the events, the format of messages and what is refused. Different: there is one attester, who
/// may also sign as eth_sign does, because a node's unlocked accounts cannot sign in any other way; anybody may change
/// the domain; there are no owner, pause and proxy.
contract MessageTransmitterV2StandIn {
  uint32 public constant version = 1;
  uint256 public constant signatureThreshold = 1;
  uint256 public constant maxMessageBodySize = 8192;
  uint256 public constant NONCE_USED = 1;

  uint32 private constant FINALIZED = 2000;
  uint256 private constant BODY_INDEX = 148;

  uint32 public localDomain;
  address public attester;
  mapping(bytes32 nonce => uint256) public usedNonces;

  event MessageSent(bytes message);
  event MessageReceived(
    address indexed caller,
    uint32 sourceDomain,
    bytes32 indexed nonce,
    bytes32 sender,
    uint32 indexed finalityThresholdExecuted,
    bytes messageBody
  );

  /// Its code is put to its address without a constructor.
  function initialize(uint32 localDomain_, address attester_) external {
    require(attester == address(0), "Already initialized");
    localDomain = localDomain_;
    attester = attester_;
    // No sent message has a nonce yet, and none may be received so.
    usedNonces[bytes32(0)] = NONCE_USED;
  }

  /// Not in the real contract, whose domain never changes: lets the chain take the place of another.
  function setLocalDomain(uint32 localDomain_) external {
    localDomain = localDomain_;
  }

  function isEnabledAttester(address account) external view returns (bool) {
    return account == attester;
  }

  function sendMessage(
    uint32 destinationDomain,
    bytes32 recipient,
    bytes32 destinationCaller,
    uint32 minFinalityThreshold,
    bytes calldata messageBody
  ) external {
    require(destinationDomain != localDomain, "Domain is local domain");
    require(messageBody.length <= maxMessageBodySize, "Message body exceeds max size");
    require(recipient != bytes32(0), "Recipient must be nonzero");
    bytes32 sender = bytes32(uint256(uint160(msg.sender)));
    // The attester fills in the nonce and the finality at which it attests.
    bytes memory header = abi.encodePacked(version, localDomain, destinationDomain, bytes32(0), sender, recipient);
    emit MessageSent(abi.encodePacked(header, destinationCaller, minFinalityThreshold, uint32(0), messageBody));
  }

  function receiveMessage(bytes calldata message, bytes calldata attestation) external returns (bool) {
    _requireAttested(message, attestation);
    require(message.length >= BODY_INDEX, "Invalid message: too short");
    require(uint32(bytes4(message[8:12])) == localDomain, "Invalid destination domain");
    bytes32 destinationCaller = bytes32(message[108:140]);
    require(
      destinationCaller == bytes32(0) || destinationCaller == bytes32(uint256(uint160(msg.sender))),
      "Invalid caller for message"
    );
    require(uint32(bytes4(message[0:4])) == version, "Invalid message version");
    bytes32 nonce = bytes32(message[12:44]);
    require(usedNonces[nonce] == 0, "Nonce already used");
    usedNonces[nonce] = NONCE_USED;

    uint32 sourceDomain = uint32(bytes4(message[4:8]));
    bytes32 sender = bytes32(message[44:76]);
    uint32 finality = uint32(bytes4(message[144:148]));
    bytes calldata body = message[BODY_INDEX:];
    IMessageHandler recipient = IMessageHandler(address(uint160(uint256(bytes32(message[76:108])))));
    require(
      finality < FINALIZED
        ? recipient.handleReceiveUnfinalizedMessage(sourceDomain, sender, finality, body)
        : recipient.handleReceiveFinalizedMessage(sourceDomain, sender, finality, body),
      "The recipient failed"
    );
    emit MessageReceived(msg.sender, sourceDomain, nonce, sender, finality, body);
    return true;
  }

  function _requireAttested(bytes calldata message, bytes calldata attestation) private view {
    require(attestation.length == 65 * signatureThreshold, "Invalid attestation length");
    bytes32 digest = keccak256(message);
    require(
      ECDSA.recover(digest, attestation) == attester ||
        ECDSA.recover(MessageHashUtils.toEthSignedMessageHash(digest), attestation) == attester,
      "Invalid signature: not attester"
    );
  }
}

/// STAND-IN for TokenMessengerV2 and TokenMinterV2 of Circle's CCTP in one.
///
/// Same: the signatures, the events, the format of messages and what is refused. Different: there is one token, which
/// is minted openly, and burnt by being sent to a dead address; no hooks, minimum fees, denylist and owner. A message's
/// burnt token is not looked at.
contract TokenMessengerV2StandIn is IMessageHandler {
  using SafeERC20 for TestToken;

  /// The arguments of depositForBurn, which are too many for the compiler's stack.
  struct Burn {
    uint256 amount;
    uint32 destinationDomain;
    bytes32 mintRecipient;
    address burnToken;
    bytes32 destinationCaller;
    uint256 maxFee;
    uint32 minFinalityThreshold;
  }

  uint32 public constant messageBodyVersion = 1;

  uint32 private constant LEAST_FINALITY = 500;
  uint256 private constant HOOK_DATA_INDEX = 228;
  address private constant DEAD = 0x000000000000000000000000000000000000dEaD;

  MessageTransmitterV2StandIn public localMessageTransmitter;
  TestToken private _token;
  uint256 private _burnLimit;
  address public feeRecipient;
  mapping(uint32 domain => bytes32) public remoteTokenMessengers;

  event DepositForBurn(
    address indexed burnToken,
    uint256 amount,
    address indexed depositor,
    bytes32 mintRecipient,
    uint32 destinationDomain,
    bytes32 destinationTokenMessenger,
    bytes32 destinationCaller,
    uint256 maxFee,
    uint32 indexed minFinalityThreshold,
    bytes hookData
  );
  event MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected);

  /// Its code is put to its address without a constructor. As on the real chains, it has the same address on all.
  function initialize(
    MessageTransmitterV2StandIn transmitter,
    TestToken token,
    uint256 burnLimit,
    address feeRecipient_,
    uint32[] calldata domains
  ) external {
    require(address(_token) == address(0), "Already initialized");
    localMessageTransmitter = transmitter;
    _token = token;
    _burnLimit = burnLimit;
    feeRecipient = feeRecipient_;
    for (uint256 i = 0; i < domains.length; i++) {
      remoteTokenMessengers[domains[i]] = bytes32(uint256(uint160(address(this))));
    }
  }

  function localMinter() external view returns (address) {
    return address(this);
  }

  function burnLimitsPerMessage(address token) public view returns (uint256) {
    return token == address(_token) ? _burnLimit : 0;
  }

  function depositForBurn(
    uint256 amount,
    uint32 destinationDomain,
    bytes32 mintRecipient,
    address burnToken,
    bytes32 destinationCaller,
    uint256 maxFee,
    uint32 minFinalityThreshold
  ) external {
    _depositForBurn(
      Burn(amount, destinationDomain, mintRecipient, burnToken, destinationCaller, maxFee, minFinalityThreshold)
    );
  }

  function handleReceiveFinalizedMessage(
    uint32 sourceDomain,
    bytes32 sender,
    uint32,
    bytes calldata messageBody
  ) external returns (bool) {
    _requireMessenger(sourceDomain, sender);
    (address recipient, uint256 amount) = _read(messageBody);
    _mint(recipient, amount, 0);
    return true;
  }

  function handleReceiveUnfinalizedMessage(
    uint32 sourceDomain,
    bytes32 sender,
    uint32 finalityThresholdExecuted,
    bytes calldata messageBody
  ) external returns (bool) {
    _requireMessenger(sourceDomain, sender);
    require(finalityThresholdExecuted >= LEAST_FINALITY, "Unsupported finality threshold");
    (address recipient, uint256 amount) = _read(messageBody);
    uint256 expirationBlock = uint256(bytes32(messageBody[196:228]));
    require(expirationBlock == 0 || expirationBlock > block.number, "Message expired and must be re-signed");
    uint256 fee = uint256(bytes32(messageBody[164:196]));
    require(fee == 0 || fee < amount, "Fee equals or exceeds amount");
    require(fee <= uint256(bytes32(messageBody[132:164])), "Fee exceeds max fee");
    _mint(recipient, amount - fee, fee);
    return true;
  }

  function _depositForBurn(Burn memory burn) private {
    require(burn.amount > 0, "Amount must be nonzero");
    require(burn.mintRecipient != bytes32(0), "Mint recipient must be nonzero");
    require(burn.maxFee < burn.amount, "Max fee must be less than amount");
    bytes32 messenger = remoteTokenMessengers[burn.destinationDomain];
    require(messenger != bytes32(0), "No TokenMessenger for domain");
    require(burn.burnToken == address(_token), "Burn token not supported");
    require(burn.amount <= _burnLimit, "Burn amount exceeds per tx limit");
    _token.safeTransferFrom(msg.sender, DEAD, burn.amount);

    localMessageTransmitter.sendMessage(
      burn.destinationDomain,
      messenger,
      burn.destinationCaller,
      burn.minFinalityThreshold,
      _burnMessage(burn)
    );
    emit DepositForBurn(
      burn.burnToken,
      burn.amount,
      msg.sender,
      burn.mintRecipient,
      burn.destinationDomain,
      messenger,
      burn.destinationCaller,
      burn.maxFee,
      burn.minFinalityThreshold,
      ""
    );
  }

  /// The attester fills in the fee and the block in which the message expires.
  function _burnMessage(Burn memory burn) private view returns (bytes memory) {
    return
      abi.encodePacked(
        messageBodyVersion,
        bytes32(uint256(uint160(burn.burnToken))),
        burn.mintRecipient,
        burn.amount,
        bytes32(uint256(uint160(msg.sender))),
        burn.maxFee,
        uint256(0),
        uint256(0)
      );
  }

  function _requireMessenger(uint32 domain, bytes32 sender) private view {
    require(msg.sender == address(localMessageTransmitter), "Invalid message transmitter");
    require(sender != bytes32(0) && remoteTokenMessengers[domain] == sender, "Remote TokenMessenger unsupported");
  }

  function _read(bytes calldata body) private pure returns (address recipient, uint256 amount) {
    require(body.length >= HOOK_DATA_INDEX, "Invalid message: too short");
    require(uint32(bytes4(body[0:4])) == messageBodyVersion, "Invalid message body version");
    recipient = address(uint160(uint256(bytes32(body[36:68]))));
    amount = uint256(bytes32(body[68:100]));
  }

  function _mint(address recipient, uint256 amount, uint256 fee) private {
    _token.mint(recipient, amount);
    if (fee > 0) _token.mint(feeRecipient, fee);
    emit MintAndWithdraw(recipient, amount, address(_token), fee);
  }
}
