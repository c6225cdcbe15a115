using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>A client that NSwag makes out of a served document, compiled together with a program that uses it.</summary>
internal static class GeneratedClient
{
    /// <summary>Generates and compiles; that takes its time, so the stage is set afterwards.</summary>
    /// <param name="document">The OpenAPI document as it was served.</param>
    /// <param name="program">C# with a static class <c>Caller</c>; the client is <c>Generated.SupervisorClient</c>.</param>
    /// <returns>Runs <c>Caller.RunAsync(HttpClient)</c>, and gives back its lines. The base address of what it calls with is the
    /// listener's.</returns>
    public static async Task<Func<HttpClient, Task<List<string>>>> CompileAsync(string document, string program)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "SupervisorClient",
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
            UseBaseUrl = false,
            CSharpGeneratorSettings =
            {
                Namespace = "Generated",
                JsonLibrary = CSharpJsonLibrary.SystemTextJson,
                GenerateNullableReferenceTypes = true,
                GenerateOptionalPropertiesAsNullable = true,
            },
        };
        var code = new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document), settings).GenerateFile();
        var run = Compile(code, program).GetType("Caller")!.GetMethod("RunAsync")!;
        return http => (Task<List<string>>)run.Invoke(null, [http])!;
    }

    private static Assembly Compile(params IEnumerable<string> sources)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(path) is "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("GeneratedClient", sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            references, options);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        string.Join("\n", result.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error).Take(5)).ShouldBe("");
        return Assembly.Load(image.ToArray());
    }
}
