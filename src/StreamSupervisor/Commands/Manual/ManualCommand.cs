using System.CommandLine;
using StreamSupervisor.Server.Manual;

namespace StreamSupervisor.Commands.Manual;

/// <summary><c>manual</c>: the pages of the manual, drawn in a terminal; elsewhere their Markdown.</summary>
internal static class ManualCommand
{
    /// <summary>Lines that are longer are hard to read.</summary>
    private const int Widest = 100;

    public static Command Create()
    {
        var name = new Argument<string?>("page") { Description = "The page; left out: which there are.", HelpName = "PAGE",
            Arity = ArgumentArity.ZeroOrOne };
        name.AcceptOnlyFromAmong([.. ManualBook.Names]);
        var language = new Option<string?>("--lang") { Description = "en or zh. Default: the environment's language.", HelpName = "LANG" };
        language.AcceptOnlyFromAmong(ManualBook.English, ManualBook.Chinese);
        var command = new Command("manual", "Read the manual, in English or Chinese; a supervisor shows it at /ui/manual.")
        {
            name, language,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var chosen = Commands.Language.IsChinese(parsed.GetValue(language)) ? ManualBook.Chinese : ManualBook.English;
            if (parsed.GetValue(name) is { } page)
            {
                Show(new ManualBook(CommandReference.Of).Find(page, chosen)!.Text, output);
            }
            else
            {
                ShowContents(chosen, output);
            }
        });
        return command;
    }

    private static void Show(string text, TextWriter output)
    {
        if (Terminal.Shows(output))
        {
            foreach (var line in ManualScreen.Lines(text, Math.Min(Terminal.Width, Widest)))
            {
                output.WriteLine(line);
            }
        }
        else
        {
            output.Write(text);
        }
    }

    private static void ShowContents(string language, TextWriter output)
    {
        var table = language == ManualBook.Chinese ? new OutputTable("页面", "内容") : new OutputTable("page", "about");
        foreach (var (name, title) in ManualBook.Contents(language))
        {
            table.Add(name, title);
        }

        table.Write(output);
        output.WriteLine();
        output.WriteLine(language == ManualBook.Chinese
            ? $"查看某一页：streamsupervisor manual {ManualBook.First} --lang zh；浏览器里在 /ui/manual"
            : $"One of them: streamsupervisor manual {ManualBook.First}; in a browser: /ui/manual");
    }
}
