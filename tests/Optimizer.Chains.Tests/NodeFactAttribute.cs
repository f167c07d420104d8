using Optimizer.Cli;

namespace Optimizer.Tests;

/// <summary>A test that needs Node.js for real local nodes; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (!LocalNodes.HasNode)
            Skip = "Node.js is not on the path; it runs the local nodes of tests/nodes";
    }
}
