using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>A linear expression: Σ coefficient·variable + constant. Constraints and objective terms are written in it; money is in
/// fractions of the book.</summary>
public sealed class LinearExpression
{
    private readonly Dictionary<int, double> _coefficients;

    private LinearExpression(Dictionary<int, double> coefficients, double constant)
    {
        _coefficients = coefficients;
        Constant = constant;
    }

    /// <summary>Zero.</summary>
    public static LinearExpression Zero => new([], 0);

    /// <summary>The constant.</summary>
    public double Constant { get; }

    /// <summary>The variables with their coefficients.</summary>
    public IEnumerable<Term> Terms => _coefficients.Select(pair => new Term(pair.Key, pair.Value));

    /// <summary>Whether it was created from a number. Marks the bound of a requirement; an expression that merely has no variables is not a
    /// bound.</summary>
    public bool IsBound { get; private init; }

    /// <summary>Whether it contains no variable.</summary>
    public bool IsConstant => _coefficients.Count == 0;

    /// <summary>One variable.</summary>
    public static LinearExpression Of(int variable) => new(new() { [variable] = 1 }, 0);

    /// <summary>A sum of expressions.</summary>
    public static LinearExpression Sum(IEnumerable<LinearExpression> expressions)
    {
        var coefficients = new Dictionary<int, double>();
        var constant = 0.0;
        foreach (var expression in expressions)
        {
            constant += expression.Constant;
            foreach (var (variable, coefficient) in expression._coefficients)
                coefficients[variable] = coefficients.GetValueOrDefault(variable) + coefficient;
        }

        return new(coefficients, constant);
    }

    /// <summary>The value for given variables.</summary>
    public double At(IReadOnlyList<double> values) =>
        Constant + _coefficients.Sum(pair => pair.Value * values[pair.Key]);

    /// <summary>Converts a number to an expression.</summary>
    public static implicit operator LinearExpression(double constant) => new([], constant) { IsBound = true };

    /// <summary>The sum.</summary>
    public static LinearExpression operator +(LinearExpression left, LinearExpression right) => Sum([left, right]);

    /// <summary>The difference.</summary>
    public static LinearExpression operator -(LinearExpression left, LinearExpression right) => Sum([left, -1 * right]);

    /// <summary>The multiple.</summary>
    public static LinearExpression operator *(double factor, LinearExpression expression) => new(
        expression._coefficients.Where(_ => factor != 0).ToDictionary(pair => pair.Key, pair => factor * pair.Value),
        factor * expression.Constant);

    /// <summary>left ≤ right.</summary>
    public static Inequality operator <=(LinearExpression left, LinearExpression right) => new(left, right);

    /// <summary>left ≥ right.</summary>
    public static Inequality operator >=(LinearExpression left, LinearExpression right) => new(right, left);
}

/// <summary>lesser ≤ greater.</summary>
/// <param name="Lesser">The side that must not exceed the other.</param>
/// <param name="Greater">The other side.</param>
public sealed record Inequality(LinearExpression Lesser, LinearExpression Greater);
