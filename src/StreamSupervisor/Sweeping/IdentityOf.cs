using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Sweeping;

/// <summary>Who stands behind a publisher that was found and not asked: by the rule of its key, the holder of the key or its address.</summary>
internal delegate string IdentityOf(StreamKey key, string address);
