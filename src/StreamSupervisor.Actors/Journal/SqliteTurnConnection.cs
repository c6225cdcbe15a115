using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// A connection to the file whose writing transactions take turns with those of all others in this process; the turn lasts until it is
/// closed. A transaction that only reads takes none.
/// </summary>
/// <remarks>
/// SQLite has one write lock, and who finds it taken sleeps and tries again, up to 100 ms at a time: the journal, the snapshots and the
/// stream index kept each other asleep, at 64 connections most of the time. Here the next one is woken. And SQLite answers on the caller's
/// thread: the journal's stream, which gathers what comes while a batch is written, would stand still meanwhile and write row by row.
/// </remarks>
/// <param name="whileShut">Whether it is opened even while the file is shut: by whoever has shut it.</param>
internal sealed class SqliteTurnConnection(string path, bool whileShut = false) : SqliteConnection(SqliteFile.ConnectionString(path))
{
    /// <summary>As the busy timeout of <see cref="SqliteFile.Pragmas"/>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>By the full path of the file.</summary>
    private static readonly ConcurrentDictionary<string, SharedFile> Files = new(StringComparer.Ordinal);

    private readonly SharedFile _file = FileOf(path);
    private bool _isCounted;
    private bool _hasTurn;

    /// <summary>Keeps everybody else from opening the file until it is disposed. Once at a time.</summary>
    public static ShutFile Shut(string path) => new(FileOf(path));

    /// <exception cref="SqliteException">SQLITE_BUSY: the file was shut for 5 s; and as ever.</exception>
    public override void Open()
    {
        if (!whileShut && !_isCounted)
        {
            while (!_file.TryEnter())
            {
                if (!_file.Opens.Wait(Patience))
                {
                    throw new SqliteException("database is locked: another file is put in its place", raw.SQLITE_BUSY);
                }
            }

            _isCounted = true;
        }

        base.Open();
    }

    /// <exception cref="SqliteException">SQLITE_BUSY: no turn within 5 s.</exception>
    public override SqliteTransaction BeginTransaction(IsolationLevel isolationLevel, bool deferred)
    {
        if (!deferred && !_hasTurn)
        {
            Took(_file.Turn.Wait(Patience));
        }

        return base.BeginTransaction(isolationLevel, deferred);
    }

    /// <summary>Goes on on another thread than the caller's.</summary>
    /// <exception cref="SqliteException">SQLITE_BUSY: no turn within 5 s.</exception>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        if (isolationLevel != IsolationLevel.ReadUncommitted && !_hasTurn)
        {
            Took(await _file.Turn.WaitAsync(Patience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ForceYielding));
        }

        return base.BeginTransaction(isolationLevel, deferred: isolationLevel == IsolationLevel.ReadUncommitted);
    }

    public override void Close()
    {
        base.Close();
        if (_hasTurn)
        {
            _hasTurn = false;
            _ = _file.Turn.Release();
        }

        if (_isCounted)
        {
            _isCounted = false;
            _file.Leave();
        }
    }

    private static SharedFile FileOf(string path) => Files.GetOrAdd(Path.GetFullPath(path), _ => new SharedFile());

    private void Took(bool turn)
    {
        _hasTurn = turn;
        if (!turn)
        {
            throw new SqliteException("database is locked: others wrote for 5 s", raw.SQLITE_BUSY);
        }
    }
}
