using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Hosting;

/// <summary>Makes the policies that the rules know out of the settings that people write.</summary>
internal static class Policies
{
    public static PolicyBook BookOf(AdmissionOptions options) => new(
        new StreamPolicy
        {
            Mode = options.Mode,
            Takeover = options.Takeover,
            Hold = options.Hold,
            ConfirmWithin = options.ConfirmWithin,
            ReconnectWindow = options.ReconnectWindow,
            FightWindow = options.FightWindow,
            FightAlternations = options.FightAlternations,
            FightCoolDown = options.FightCoolDown,
            FightCoolDownMax = options.FightCoolDownMax,
            FlappingPublishes = options.FlappingPublishes,
        },
        options.Identity,
        options.Rules.Select(rule => new PolicyRule(StreamPattern.Parse(rule.Match))
        {
            Mode = rule.Mode,
            Takeover = rule.Takeover,
            Identity = rule.Identity,
            Hold = rule.Hold,
            PublishOnly = rule.PublishOnly,
        }));
}
