using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A node of a YAML, JSON or CSV file with its position.</summary>
internal abstract record SourceNode(SourceLocation Location)
{
    /// <summary>Its kind, for messages.</summary>
    public abstract string Sort { get; }

    /// <summary>The node at a path of keys and indices, or its nearest existing ancestor.</summary>
    public SourceNode Find(params ReadOnlySpan<object> path)
    {
        var node = this;
        foreach (var step in path)
        {
            SourceNode? next = (node, step) switch
            {
                (MappingNode mapping, string key) => mapping.Entries.FirstOrDefault(e => e.Key == key)?.Value,
                (SequenceNode sequence, int index) when index < sequence.Items.Count => sequence.Items[index],
                _ => null,
            };
            if (next is null)
                return node;
            node = next;
        }

        return node;
    }
}

/// <summary>A single value as it is written.</summary>
internal sealed record ScalarNode(SourceLocation Location, string Text, ScalarStyle Style) : SourceNode(Location)
{
    public override string Sort => Style switch
    {
        ScalarStyle.Null => "nothing",
        ScalarStyle.Quoted => $"the text '{Short}'",
        _ => $"'{Short}'",
    };

    private string Short => Text.Length > 60 ? Text[..57] + "..." : Text;
}

/// <summary>How a scalar is written.</summary>
internal enum ScalarStyle
{
    /// <summary>Unquoted: a number, a boolean, or YAML text without quotes.</summary>
    Plain,

    /// <summary>In quotes: text.</summary>
    Quoted,

    /// <summary>Nothing at all.</summary>
    Null,
}

/// <summary>A list.</summary>
internal sealed record SequenceNode(SourceLocation Location, IReadOnlyList<SourceNode> Items) : SourceNode(Location)
{
    public override string Sort => "a list";
}

/// <summary>Keys with their values, in the order of the file; duplicates included.</summary>
internal sealed record MappingNode(SourceLocation Location, IReadOnlyList<MappingEntry> Entries) : SourceNode(Location)
{
    public override string Sort => "a set of keys";

    /// <summary>This mapping with another's entries merged over it, level by level.</summary>
    public MappingNode Overlay(MappingNode over)
    {
        var merged = Entries.ToList();
        foreach (var entry in over.Entries)
        {
            var at = merged.FindIndex(e => e.Key == entry.Key);
            if (at < 0)
                merged.Add(entry);
            else
                merged[at] = merged[at].Value is MappingNode below && entry.Value is MappingNode above
                    ? entry with { Value = below.Overlay(above) }
                    : entry;
        }

        return this with { Entries = merged };
    }
}

/// <summary>One key with its value.</summary>
internal sealed record MappingEntry(string Key, SourceLocation Location, SourceNode Value);
