using StreamSupervisor.TestKit.Storage;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>A test that needs a PostgreSQL server; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresBinaries.WhySkipped;
}

/// <summary>On a class: its inherited tests need a PostgreSQL server.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresPostgresAttribute : Attribute;

/// <summary>A test of a suite that several classes inherit: skipped only in those whose store is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("StreamSupervisor.IntegrationTests.Storage.ConformanceFactDiscoverer", "StreamSupervisor.IntegrationTests")]
public sealed class ConformanceFactAttribute : FactAttribute;

public sealed class ConformanceFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new ConformanceTestCase(diagnostics, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

public sealed class ConformanceTestCase : XunitTestCase
{
    [Obsolete("For the framework's deserialization.")]
    public ConformanceTestCase()
    {
    }

    public ConformanceTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresPostgresAttribute).AssemblyQualifiedName).Any()
            ? PostgresBinaries.WhySkipped ?? base.GetSkipReason(factAttribute)
            : base.GetSkipReason(factAttribute);
}
