namespace StreamSupervisor.Client;

/// <content>What it asks the supervisors, and what they answer.</content>
public sealed partial class EncoderSession
{
    private RegistrationRequest Request() => new(_options.Key, _options.EncoderId, _failures + 1)
    {
        Credential = _options.Credential,
        LastError = _lastError,
        PreferOrigin = _options.PreferOrigin,
    };

    /// <summary>Asks until something else is said than to wait for the same reason.</summary>
    private async Task<(RegistrationAnswer? Answer, string? Why)> NextDecisionAsync(RegistrationAnswer wait, CancellationToken cancellation)
    {
        var update = new RegistrationUpdate { State = "waiting", LastError = _lastError };
        while (true)
        {
            var began = _time.GetTimestamp();
            var next = await AskAsync(s => s.GetAsync(_registrationId, _options.LongPoll, cancellation));
            if (IsNews(next.Answer))
            {
                return next;
            }

            // Renewed after every poll and not by its expiry: that is a time of the supervisor's clock, and an encoder's may be anything.
            next = await AskAsync(s => s.RenewAsync(_registrationId, update, cancellation));
            if (IsNews(next.Answer))
            {
                return next;
            }

            if (_time.GetElapsedTime(began) < s_shortestPoll)
            {
                // Something between us and the supervisor does not wait; it must not become a flood.
                await Task.Delay(s_shortestPoll, _time, cancellation);
            }
        }

        bool IsNews(RegistrationAnswer? answer) => answer is not { Decision: RegistrationDecision.Wait } same || same.Reason != wait.Reason;
    }

    private async Task<(RegistrationAnswer? Answer, string? Why)> AskAsync(Func<SupervisorClient, Task<RegistrationAnswer>> ask)
    {
        try
        {
            return (await ask(_supervisor), null);
        }
        catch (SupervisorUnavailableException e)
        {
            return (null, e.Message);
        }
        catch (SupervisorProblemException e)
        {
            var problem = e.Problem;

            // A registration that is unknown by now is asked for again; everything else a person has to mend.
            var temporary = problem.Status == 404 || problem.Kind == "temporary";
            return (new RegistrationAnswer
            {
                Decision = RegistrationDecision.Refused,
                Reason = problem.Reason,
                Kind = temporary ? "temporary" : "permanent",
                Text = new LocalizedText($"{problem.Title}. {problem.Detail}".Trim(), problem.TitleZh ?? problem.Title),
            }, null);
        }
    }
}
