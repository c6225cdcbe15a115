using System.Diagnostics;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>A report of a child that somebody traces.</summary>
internal sealed record TracedReport(LiveStreamCommand Report, ActivityContext Cause);
