// The go command that programs under observation find first on PATH.
//
// It asks the test's server which command to run and runs it. It removes Go's hash log, which the library asked for,
// from the caller's stderr, and reports the exit status to the server. The file "shim-server" in its GOROOT has the
// server's address. A message is a list of texts: their number, then each text, all ended by a NUL.
//
// Under the name "go-run-exec" it is the -exec program of go run. go run puts the bin of its own GOROOT first in PATH;
// this program puts the shim back in front.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func init() {
	// Linux sends Pdeathsig when the parent thread ends. The main thread lives as long as the process.
	runtime.LockOSThread()
}

func main() {
	if filepath.Base(os.Args[0]) == "go-run-exec" {
		err := execProgram()
		fmt.Fprintln(os.Stderr, "pytest-gocache:", strings.Join(os.Args[1:], " ")+":", err)
		os.Exit(2)
	}
	code, err := runObserved()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pytest-gocache: go", strings.Join(os.Args[1:], " ")+":", err)
		code = 2
	}
	os.Exit(code)
}

// runObserved runs the command that the server names, and returns its exit status.
func runObserved() (int, error) {
	// Signals are passed on to go, and this process ends after go. A signal that the caller ignores, as nohup does,
	// stays ignored.
	signals := make(chan os.Signal, 16)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	// When the caller stops reading, give closes the pipe, and go gets SIGPIPE from its own next write.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	server, token, err := dial()
	if err != nil {
		return 0, fmt.Errorf("the test that observed this program has ended (%w)", err)
	}
	folder, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	request := append([]string{token, folder, strconv.Itoa(len(os.Args) - 1)}, os.Args[1:]...)
	if err := send(server, append(request, os.Environ()...)); err != nil {
		return 0, err
	}
	reader := bufio.NewReader(server)
	reply, err := receive(reader)
	if err != nil {
		return 0, fmt.Errorf("the test that observed this program has ended (%w)", err)
	}
	if len(reply) < 4 {
		return 0, errors.New(strings.Join(reply, " "))
	}
	stdout, stderr, rest := reply[0], reply[1], reply[3:]
	words, err := strconv.Atoi(reply[2])
	if err != nil {
		return 0, err
	}

	streams, err := newStreams(stdout, stderr)
	if err != nil {
		return 0, err
	}
	attributes := &syscall.SysProcAttr{}
	// Linux only: when this process is killed, go is killed too.
	if field := reflect.ValueOf(attributes).Elem().FieldByName("Pdeathsig"); field.IsValid() {
		field.SetInt(int64(syscall.SIGKILL))
	}
	process, err := os.StartProcess(rest[0], rest[:words], &os.ProcAttr{
		Env:   rest[words:],
		Files: []*os.File{os.Stdin, streams[0].writer, streams[len(streams)-1].writer},
		Sys:   attributes,
	})
	if err != nil {
		return 0, err
	}
	for _, s := range streams {
		s.copy()
	}
	go func() {
		for received := range signals {
			process.Signal(received)
		}
	}()
	var ended atomic.Bool
	over := make(chan bool)
	go func() {
		// The server sends nothing more. It closes the connection when it has recorded the exit status, or when the test
		// ends. In the second case the process group, which the test is not in, is killed.
		reader.ReadByte()
		if !ended.Load() {
			syscall.Kill(0, syscall.SIGKILL)
		}
		close(over)
	}()
	state, err := process.Wait()
	if err != nil {
		return 0, err
	}
	for _, s := range streams {
		s.finish()
	}
	code := state.ExitCode()
	status, ok := state.Sys().(syscall.WaitStatus)
	killed := ok && status.Signaled()
	if killed {
		code = -int(status.Signal())
	}
	ended.Store(true)
	if err := send(server, []string{strconv.Itoa(code)}); err != nil {
		return 0, err
	}
	<-over
	if killed {
		signal.Reset()
		syscall.Kill(os.Getpid(), status.Signal())
		code = 128 - code
	}
	return code, nil
}

// execProgram replaces this process by the program in its arguments.
func execProgram() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	os.Setenv("PATH", filepath.Dir(self)+string(os.PathListSeparator)+os.Getenv("PATH"))
	return syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
}

// dial connects to the server. Package net would triple the start-up time, so it makes system calls.
func dial() (*os.File, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(self)), "shim-server"))
	if err != nil {
		return nil, "", err
	}
	words := strings.Fields(string(text))
	if len(words) != 2 {
		return nil, "", fmt.Errorf("%q is not a port and a token", text)
	}
	port, err := strconv.Atoi(words[0])
	if err != nil {
		return nil, "", err
	}
	syscall.ForkLock.RLock()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(socket)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, "", err
	}
	if err := syscall.Connect(socket, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, "", err
	}
	return os.NewFile(uintptr(socket), "server"), words[1], nil
}

func send(to io.Writer, texts []string) error {
	_, err := io.WriteString(to, strings.Join(append([]string{strconv.Itoa(len(texts))}, texts...), "\x00")+"\x00")
	return err
}

func receive(from *bufio.Reader) ([]string, error) {
	next := func() (string, error) {
		text, err := from.ReadString(0)
		return strings.TrimSuffix(text, "\x00"), err
	}
	first, err := next()
	if err != nil {
		return nil, err
	}
	count, err := strconv.Atoi(first)
	if err != nil {
		return nil, err
	}
	texts := make([]string, count)
	for i := range texts {
		if texts[i], err = next(); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// A stream carries output of the command to the caller, and to files that the test reads.
type stream struct {
	caller *os.File
	record *os.File // a copy of the caller's output
	log    *os.File // Go's hash log; nil for a stream without one
	reader *os.File
	writer *os.File
	done   chan bool
	ended  chan bool
	held   []byte // an incomplete line that may become a line of the hash log
}

// newStreams makes a stream for stdout and one for stderr. If the caller has both in one file, it makes a single stream,
// which keeps their order.
func newStreams(stdout, stderr string) ([]*stream, error) {
	log, err := os.OpenFile(stderr, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	record, err := os.OpenFile(stdout, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	streams := []*stream{{caller: os.Stdout, record: record}, {caller: os.Stderr, record: log, log: log}}
	if sameFile(os.Stdout, os.Stderr) {
		streams = []*stream{{caller: os.Stdout, record: record, log: log}}
	}
	for _, s := range streams {
		s.done, s.ended = make(chan bool), make(chan bool)
		if s.reader, s.writer, err = os.Pipe(); err != nil {
			return nil, err
		}
		if s.log != nil && runtime.GOOS == "linux" {
			const setSize = 1031 // F_SETPIPE_SZ
			s.control(func(fd uintptr) { syscall.Syscall(syscall.SYS_FCNTL, fd, setSize, pipeSize) })
		}
	}
	return streams, nil
}

func sameFile(a, b *os.File) bool {
	first, err := a.Stat()
	if err != nil || first.Mode()&os.ModeCharDevice != 0 {
		return false
	}
	second, err := b.Stat()
	return err == nil && os.SameFile(first, second)
}

// copy starts a goroutine that passes on what the command writes.
func (s *stream) copy() {
	s.writer.Close()
	go func() {
		defer close(s.done)
		piece := make([]byte, 1<<16)
		for !s.isOver() {
			n, err := s.reader.Read(piece)
			s.pass(piece[:n])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				s.give(s.held)
				s.held = nil
			} else if err != nil {
				break
			}
			// The held bytes may be the prompt of a program that waits for input: pass them on soon.
			wait := time.Time{}
			if len(s.held) > 0 && !startsLog(s.held) {
				wait = time.Now().Add(promptDelay)
			}
			s.reader.SetReadDeadline(wait)
			if s.log != nil && n < len(piece) {
				// Go writes thousands of lines, each with a system call. Reading many at once is much faster.
				select {
				case <-s.ended:
				case <-time.After(pause):
				}
			}
		}
		s.drain(piece)
		s.give(s.held)
	}()
}

func (s *stream) isOver() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

const (
	pause       = time.Millisecond
	promptDelay = 50 * time.Millisecond
	pipeSize    = 1 << 20
)

// drain reads what is in the pipe and does not wait for more: a process that outlives go may keep the pipe open.
func (s *stream) drain(piece []byte) {
	for taken := 0; taken < pipeSize; {
		n := 0
		s.control(func(fd uintptr) { n, _ = syscall.Read(int(fd), piece) })
		if n <= 0 {
			return
		}
		s.pass(piece[:n])
		taken += n
	}
}

func (s *stream) control(do func(fd uintptr)) {
	if raw, err := s.reader.SyscallConn(); err == nil {
		raw.Control(do)
	}
}

// finish passes on the rest of the output. The command has ended.
func (s *stream) finish() {
	close(s.ended)
	s.reader.SetReadDeadline(time.Now())
	<-s.done
}

// give writes text to the caller. It stops reading when the caller has closed its end.
func (s *stream) give(text []byte) {
	if len(text) == 0 {
		return
	}
	s.record.Write(text)
	if _, err := s.caller.Write(text); errors.Is(err, syscall.EPIPE) {
		s.reader.Close()
	}
}

// pass splits output of the command: the hash log goes to s.log, the rest to the caller.
func (s *stream) pass(piece []byte) {
	if s.log == nil {
		s.give(piece)
		return
	}
	text := append(s.held, piece...)
	s.held = nil
	var output, log []byte
	for len(text) > 0 {
		line, whole := text, false
		if at := bytes.IndexByte(text, '\n'); at >= 0 {
			line, whole = text[:at+1], true
		}
		text = text[len(line):]
		from := logStart(line, whole)
		output = append(output, line[:from]...)
		if whole {
			log = append(log, line[from:]...)
		} else {
			s.held = append(s.held, line[from:]...)
		}
	}
	s.log.Write(log)
	s.give(output)
}

// logStart returns the index at which a hash log line starts within line, or len(line). It is not 0 when a program
// printed text without a newline just before. In a line that is not whole, it is where a log line may start.
func logStart(line []byte, whole bool) int {
	for from := 0; from < len(line); from++ {
		at := bytes.IndexAny(line[from:], "Ht")
		if at < 0 {
			break
		}
		from += at
		if whole && isLog(line[from:len(line)-1], from == 0) || !whole && mayStartLog(line[from:]) {
			return from
		}
	}
	return len(line)
}

var prefixes = []string{"HASH[", "HASH ", "testcache: "}

// startsLog reports whether a line has one of the prefixes.
func startsLog(line []byte) bool {
	for _, prefix := range prefixes {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return true
		}
	}
	return false
}

// mayStartLog reports whether a line has one of the prefixes, or is itself the start of one.
func mayStartLog(line []byte) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(prefix, string(line[:min(len(line), len(prefix))])) {
			return true
		}
	}
	return false
}

// isLog reports whether a line, without its newline, comes from GODEBUG=gocachehash=1,gocachetest=1. The argument
// atStart says that the text before it ends in a newline.
func isLog(line []byte, atStart bool) bool {
	if rest, ok := bytes.CutPrefix(line, []byte("HASH")); ok {
		_, sum := cutLast(rest, ": ")
		switch {
		case bytes.HasPrefix(rest, []byte(" subkey ")):
			_, sum = cutLast(rest, " = ")
			return isSum(sum)
		case bytes.HasPrefix(rest, []byte(" ")):
			return isSum(sum)
		case bytes.HasPrefix(rest, []byte("[")):
			_, input, _ := bytes.Cut(rest, []byte("]: "))
			opens := atStart && bytes.HasSuffix(rest, []byte("]"))
			return opens || isSum(sum) || len(input) > 1 && input[0] == '"' && input[len(input)-1] == '"'
		}
		return false
	}
	rest, ok := bytes.CutPrefix(line, []byte("testcache: "))
	if !ok || bytes.HasPrefix(rest, []byte("caching disabled ")) {
		return ok
	}
	name, text, _ := bytes.Cut(rest, []byte(": "))
	for _, start := range lookups {
		if bytes.HasPrefix(text, []byte(start)) {
			return !bytes.Contains(name, []byte(" "))
		}
	}
	return false
}

var lookups = strings.Split("test ID |save test ID |input |test output|reading|cached cover|coverage metadata", "|")

func cutLast(text []byte, by string) (before, after []byte) {
	at := bytes.LastIndex(text, []byte(by))
	if at < 0 {
		return text, nil
	}
	return text[:at], text[at+len(by):]
}

func isSum(text []byte) bool {
	return len(text) == 64 && len(bytes.Trim(text, "0123456789abcdef")) == 0
}
