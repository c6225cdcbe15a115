namespace StreamSupervisor.Commands.Doctor;

/// <summary>How a check came out.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works; somebody should know, or could not be asked.</summary>
    Warning,

    /// <summary>Something does not work, or will not.</summary>
    Failed,
}

/// <summary>One line of the answer.</summary>
/// <param name="Subject">What was looked at: <c>settings</c>, <c>listeners</c>, <c>store</c>, a member, an SRS server by its name.</param>
/// <param name="Check">Which of its properties.</param>
/// <param name="Text">What was found, and what it means. Never holds a secret.</param>
/// <param name="Advice">What to do; empty where there is nothing.</param>
internal sealed record Finding(string Subject, string Check, Verdict Verdict, string Text, string Advice = "");

/// <summary>What was found about one subject.</summary>
internal sealed class Findings(string subject)
{
    private readonly List<Finding> _all = [];

    public IReadOnlyList<Finding> All => _all;

    public void Ok(string check, string text) => _all.Add(new Finding(subject, check, Verdict.Ok, text));

    public void Warn(string check, string text, string advice) => _all.Add(new Finding(subject, check, Verdict.Warning, text, advice));

    public void Fail(string check, string text, string advice) => _all.Add(new Finding(subject, check, Verdict.Failed, text, advice));

    /// <summary>As good as it is within bounds, and a warning beyond.</summary>
    public void Within(string check, bool good, string text, string advice)
    {
        if (good)
        {
            Ok(check, text);
        }
        else
        {
            Warn(check, text, advice);
        }
    }
}
