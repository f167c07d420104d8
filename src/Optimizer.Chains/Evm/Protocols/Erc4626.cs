using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.Erc4626;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>ERC-4626 vaults, with a yield measured by the growth of their shares. Every address of the entry is a vault.</summary>
/// <remarks>The yield is (p₁/p₀)^(year/Δt) − 1 from <c>convertToAssets</c> at two blocks: what holders really earned, not what a curator
/// announces. Deposits are assumed not to change it. This is right for savings rates and staking, and too optimistic for vaults that
/// lend.</remarks>
public sealed class Erc4626 : IEvmAdapter
{

    private const int MostDecimals = 36;

    /// <summary>Number of shares queried at once, as a power of ten, to measure growth with more digits.</summary>
    private const int ExtraDecimals = 12;

    /// <inheritdoc/>
    public string Name => "erc4626";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Select(entry => VaultAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    private static async Task<OpportunityReading?> VaultAsync(EvmProtocol protocol, string role, EvmAddress vault)
    {
        var reader = protocol.Reader;
        var (askAsset, askDecimals) = (reader.ReadAsync(vault, new GetAsset()), reader.ReadAsync(vault, new Decimals()));
        var (askTotal, askRoom) = (reader.ReadAsync(vault, new TotalAssets()), reader.TryReadAsync(vault, new MaxDeposit { Receiver = EvmProtocol.Anyone }));
        Token? token;
        BigInteger total, now;
        ConvertToAssets shares;
        try
        {
            var asset = await askAsset.ConfigureAwait(false);
            token = protocol.TokenAt(asset);
            if (token is null)
            {
                protocol.Reading.Refuse(FindingRules.UnknownToken, protocol.IdOf(role), $"the vault's asset {asset} is not in the chain file");
                return null;
            }

            total = await askTotal.ConfigureAwait(false);
            // Query many shares at once: one share of a six-decimal token shows at most six digits of growth.
            var decimals = await askDecimals.ConfigureAwait(false);
            if (decimals > MostDecimals)
                throw new ChainDataException(ChainFault.UnexpectedContract, $"the vault's shares have {decimals} decimals");
            shares = new() { Shares = BigInteger.Pow(10, (int)decimals + ExtraDecimals) };
            now = await reader.ReadAsync(vault, shares).ConfigureAwait(false);
        }
        catch (ChainDataException wrong)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return null;
        }

        if (await protocol.PriceAsync(token).ConfigureAwait(false) is null)
            return null;
        var id = protocol.IdOf(token.Symbol);
        if (now.Sign <= 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, $"{shares.Shares} shares are {now} at block {reader.Block.Number}");
            return null;
        }

        var from = protocol.From($"growth of a share of {role} {vault} on {protocol.Chain.Name}", role.ToLowerInvariant());
        var share = new Figure((double)now / Math.Pow(10, token.Decimals + ExtraDecimals), from);
        var rate = await protocol.GrowthAsync(id, share, now, vault, shares).ConfigureAwait(false);
        if (rate is null)
            return null;
        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.Vault,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(rate.Value, from) } },
            Total = Whole(total),
            Capacity = protocol.Room(await askRoom.ConfigureAwait(false), id) is { } room ? Whole(room) : null,
        };
    }
}
