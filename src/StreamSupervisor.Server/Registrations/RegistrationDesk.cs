using StreamSupervisor.Client;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Credentials;
using RegistrationDecision = StreamSupervisor.Domain.LiveStreams.RegistrationDecision;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// Takes registrations: asks the key's entity, chooses nodes, hands out addresses. It remembers nothing itself, so any member may answer
/// any call of a registration, also after the one that answered the first is gone.
/// </summary>
internal sealed partial class RegistrationDesk(RegistrationContext context)
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(5);

    /// <summary>While an encoder waits for its turn: it shall hear at once.</summary>
    private static readonly TimeSpan s_slowestLook = TimeSpan.FromMilliseconds(100);

    /// <summary>When nothing is being waited for: its reservation will run out, or its session end.</summary>
    private static readonly TimeSpan s_idleLook = TimeSpan.FromSeconds(1);
    private readonly WaitingPlaces _places = new(context.Options.MaxWatchers);

    /// <summary>What the credential of a request is worth. Takes its time where wrong ones pile up.</summary>
    public async Task<CredentialResult> LookAtCredentialAsync(StreamKey key, RegistrationRequest request, string address,
        CancellationToken cancellation)
    {
        var result = context.Gate.Value.Check(key, request.Credential, address, context.CredentialTime.GetUtcNow());
        if (result.AnswerAfter > TimeSpan.Zero)
        {
            await Task.Delay(result.AnswerAfter, context.Time, cancellation);
        }

        if (result.Refused is { } wait)
        {
            throw new ApiProblemException(Problems.TooManyGuesses.Of(RefusalCatalog.Of(RefusalReason.TooManyGuesses).English, wait));
        }

        if (result.Undecided)
        {
            throw new ApiProblemException(Problems.Unavailable.Of(
                "The store has not answered yet, so this credential can not be looked at. Try again."));
        }

        // One of a registration that the stream does not know is as if it were not there.
        return result.Registered is not { } claim || claim.Holds(await InspectAsync(result.EffectiveKey, cancellation), result.Subject!)
            ? result
            : result with { Verdict = claim.Otherwise, Subject = claim.Proven ? claim.Identity : null, Registered = null };
    }

    /// <param name="credential">As it was looked at: names the key too.</param>
    /// <exception cref="ApiProblemException">The entity could not be asked.</exception>
    public async Task<RegistrationAnswer> RegisterAsync(CredentialResult credential, RegistrationRequest request, string address,
        CancellationToken cancellation)
    {
        var (entity, options) = (credential.EffectiveKey, context.Options);

        // Whoever may call the API with the right to change things has shown a key already, and may be the back end that speaks for an
        // encoder. A credential that is there and wrong is another matter: that encoder would be refused later.
        var verdict = credential.Verdict == CredentialVerdict.Missing ? CredentialVerdict.NotRequired : credential.Verdict;
        var reply = await AskAsync(entity, new Register(RegistrationName.Make(entity), request.EncoderId, request.Attempt, verdict,
            credential.Subject, address, options.Reserve, request.LastError), cancellation);

        // A removal takes a few milliseconds: most encoders hear "publish" in the answer to their first question.
        if (reply.Decision == RegistrationDecision.Wait)
        {
            reply = await NextAsync(entity, reply, options.Settle, cancellation);
        }

        return await AnswerAsync(entity, reply, request.EncoderId, request.PreferOrigin);
    }

    /// <summary>The broadcast of an encoder is over.</summary>
    public Task GoodbyeAsync(StreamKey key, string encoderId, CancellationToken cancellation) =>
        AskAnyAsync(key, new CancelReservation(encoderId, EndOfBroadcast: true), cancellation);

    /// <summary>The same, also when the stream has ended already and waits for the encoder's return.</summary>
    /// <returns>False when there is no such registration, or nothing of it is left to end.</returns>
    public async Task<bool> GoodbyeAsync(string id, CancellationToken cancellation)
    {
        if (!RegistrationName.TryRead(id, out var key)
            || LiveStream.EncoderThatMayEnd(await InspectAsync(key, cancellation), id, context.Time.GetUtcNow()) is not { } encoderId)
        {
            return false;
        }

        // Meanwhile the encoder may have begun anew, and registered with another name: the stream looks again.
        return await AskAnyAsync(key, new CancelReservation(encoderId, EndOfBroadcast: true, id), cancellation) is Done { Changed: true };
    }

    /// <returns>Null when there is no such registration (any more).</returns>
    public async Task<RegistrationAnswer?> RenewAsync(string id, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } found)
        {
            return null;
        }

        var reply = await AskAsync(found.Key, new RenewRegistration(id, context.Options.Reserve), cancellation);
        return reply.Decision == RegistrationDecision.Unknown ? null : await AnswerAsync(found.Key, reply, found.EncoderId, null);
    }

    /// <summary>The decision as it stands, or the next one if it changes within <paramref name="wait"/>, while the member stays.</summary>
    /// <returns>Null when there is no such registration (any more).</returns>
    public async Task<RegistrationAnswer?> GetAsync(string id, TimeSpan wait, string address, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } found)
        {
            return null;
        }

        var reply = found.Standing;
        if (wait > TimeSpan.Zero && reply.Decision == RegistrationDecision.Wait)
        {
            using var place = _places.Take(id, address);
            reply = await NextAsync(found.Key, reply, wait, cancellation);
        }

        return reply.Decision == RegistrationDecision.Unknown ? null : await AnswerAsync(found.Key, reply, found.EncoderId, null);
    }

    /// <summary>
    /// Every decision as it is made, the one that stands first. A null is a sign of life; it ends when the registration has ended, or the
    /// member leaves.
    /// </summary>
    public async IAsyncEnumerable<RegistrationAnswer?> WatchAsync(string id, string address,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } found)
        {
            yield break;
        }

        using var place = _places.Take(id, address);
        var standing = found.Standing;
        yield return await AnswerAsync(found.Key, standing, found.EncoderId, null);
        while (!context.Stopping.IsCancellationRequested)
        {
            var next = await NextAsync(found.Key, standing, TimeSpan.FromSeconds(15), cancellation);
            if (next.Decision == RegistrationDecision.Unknown)
            {
                yield break;
            }

            yield return IsSame(next, standing) ? null : await AnswerAsync(found.Key, next, found.EncoderId, null);
            standing = next;
        }
    }

    /// <summary>Looks until the decision is another one, the time is over, or the member leaves.</summary>
    private async Task<RegistrationReply> NextAsync(StreamKey key, RegistrationReply standing, TimeSpan within,
        CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        var pause = s_firstLook;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, context.Stopping);
        while (context.Time.GetElapsedTime(began) < within && !context.Stopping.IsCancellationRequested)
        {
            await Task.Delay(pause, context.Time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            var state = await InspectAsync(key, cancellation);
            var next = LiveStream.StandingOf(state, standing.RegistrationId, context.Time.GetUtcNow());
            if (!IsSame(next, standing))
            {
                return next;
            }

            var slowest = standing.Decision == RegistrationDecision.Wait ? s_slowestLook : s_idleLook;
            pause = pause * 2 < slowest ? pause * 2 : slowest;
        }

        return standing;
    }

    private static bool IsSame(RegistrationReply a, RegistrationReply b) => a.Decision == b.Decision && a.Reason == b.Reason;

    private async Task<(StreamKey Key, string EncoderId, RegistrationReply Standing)?> FindAsync(string id, CancellationToken cancellation)
    {
        if (!RegistrationName.TryRead(id, out var key))
        {
            return null;
        }

        var state = await InspectAsync(key, cancellation);
        var standing = LiveStream.StandingOf(state, id, context.Time.GetUtcNow());
        return standing.Decision == RegistrationDecision.Unknown ? null : (key, state.Registration!.EncoderId, standing);
    }

    private async Task<LiveStreamState> InspectAsync(StreamKey key, CancellationToken cancellation) =>
        await AskAnyAsync(key, GetState.Instance, cancellation) is StateReply { State: var state } ? state : throw Unexpected();

    private async Task<RegistrationReply> AskAsync(StreamKey key, LiveStreamCommand command, CancellationToken cancellation) =>
        await AskAnyAsync(key, command, cancellation) as RegistrationReply ?? throw Unexpected();

    private async Task<LiveStreamReply> AskAnyAsync(StreamKey key, LiveStreamCommand command, CancellationToken cancellation)
    {
        var answer = await context.Region.AskAsync(key.ToString(), command, context.Time.GetUtcNow() + context.AskTimeout, cancellation);
        return answer.Status switch
        {
            AskStatus.Answered => answer.Reply!,
            AskStatus.Overloaded =>
                throw new ApiProblemException(Problems.Overloaded.Of("Too many calls wait for this key. Nothing was changed; try again.")),
            AskStatus.Failed => throw new ApiProblemException(
                Problems.KeyFailed.Of("The supervisor failed on this key; its log says why.")),
            AskStatus.Unavailable =>
                throw new ApiProblemException(Problems.Unavailable.Of(
                "No member can answer for this key now; try again, here or at another member.")),
            _ => throw new ApiProblemException(Problems.OutcomeUnknown.Of(
                "The registration may have been taken. Ask again with the same attempt: it is taken once.")),
        };
    }

    private static ApiProblemException Unexpected() => new(Problems.Internal.Of("The entity gave an answer of another kind."));
}
