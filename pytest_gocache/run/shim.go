// The go command that programs under observation find first on PATH.
//
// It asks the test that watches what to run in its place, runs that, keeps from the caller's stderr what the library
// has asked Go to print, and tells the test how it ended. The file "watcher" beside its folder says where the test
// listens. Messages are lists of texts: their number, then each of them, all ended by a NUL.
//
// By its other name, "below", it starts the program of a "go run -exec": go run puts its own GOROOT's bin in front of
// PATH, and the program shall find this go there, and none of the library's settings in GODEBUG.
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
	// The parent whose death go is told of is a thread: this one lives as long as the process.
	runtime.LockOSThread()
}

func main() {
	if filepath.Base(os.Args[0]) == "below" {
		err := below()
		fmt.Fprintln(os.Stderr, "pytest-gocache:", strings.Join(os.Args[1:], " ")+":", err)
		os.Exit(2)
	}
	code, err := observed()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pytest-gocache: go", strings.Join(os.Args[1:], " ")+":", err)
		code = 2
	}
	os.Exit(code)
}

func observed() (int, error) {
	// As a child of make it shall live until the go command has ended, which is told itself. What the caller ignores,
	// like nohup, go shall find ignored, too.
	signals := make(chan os.Signal, 16)
	for _, one := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(one) {
			signal.Notify(signals, one)
		}
	}
	// A reader that is gone is the command's affair: it gets this signal when it writes the next time.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	watcher, token, err := dial()
	if err != nil {
		return 0, fmt.Errorf("nobody observes this command any more (%w)", err)
	}
	folder, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	request := append([]string{token, folder, strconv.Itoa(len(os.Args) - 1)}, os.Args[1:]...)
	if err := send(watcher, append(request, os.Environ()...)); err != nil {
		return 0, err
	}
	reader := bufio.NewReader(watcher)
	reply, err := receive(reader)
	if err != nil {
		return 0, fmt.Errorf("the test that observes this command has ended (%w)", err)
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
	// Linux only: a shim that is killed takes go with it, as if it were go.
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
		// The test says nothing more. It hangs up when it has noted the end, or when all is to end: then what go has
		// started ends, too. The test itself is in another process group.
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
	if err := send(watcher, []string{strconv.Itoa(code)}); err != nil {
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

// below becomes the program that its arguments name.
func below() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	os.Setenv("PATH", filepath.Dir(self)+string(os.PathListSeparator)+os.Getenv("PATH"))
	var settings []string
	for _, setting := range strings.Split(os.Getenv("GODEBUG"), ",") {
		if !strings.HasPrefix(setting, "gocachehash=") && !strings.HasPrefix(setting, "gocachetest=") {
			settings = append(settings, setting)
		}
	}
	os.Setenv("GODEBUG", strings.Join(settings, ","))
	if len(settings) == 0 {
		os.Unsetenv("GODEBUG")
	}
	return syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
}

// dial connects to the test. With the calls of package syscall, since package net would triple the time to start.
func dial() (*os.File, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(self)), "watcher"))
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
	return os.NewFile(uintptr(socket), "watcher"), words[1], nil
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

// A stream is what the command writes to, on its way to the caller and to files that the test reads.
type stream struct {
	caller *os.File
	record *os.File // what is the caller's
	log    *os.File // what the library has asked Go for; nil: nothing of it is expected
	reader *os.File
	writer *os.File
	done   chan bool
	ended  chan bool
	held   []byte // a part of a line that may be one of the library's
}

// newStreams makes one for stdout and one for stderr; or one for both, where the caller has them in one file: then what
// comes first stays first.
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
	if oneFile(os.Stdout, os.Stderr) {
		streams = []*stream{{caller: os.Stdout, record: record, log: log}}
	}
	for _, s := range streams {
		s.done, s.ended = make(chan bool), make(chan bool)
		if s.reader, s.writer, err = os.Pipe(); err != nil {
			return nil, err
		}
		if s.log != nil && runtime.GOOS == "linux" {
			const setSize = 1031 // F_SETPIPE_SZ
			s.control(func(fd uintptr) { syscall.Syscall(syscall.SYS_FCNTL, fd, setSize, inPipe) })
		}
	}
	return streams, nil
}

func oneFile(one, other *os.File) bool {
	first, err := one.Stat()
	if err != nil || first.Mode()&os.ModeCharDevice != 0 {
		return false
	}
	second, err := other.Stat()
	return err == nil && os.SameFile(first, second)
}

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
			// A few letters may be a prompt.
			wait := time.Time{}
			if len(s.held) > 0 && !isOurs(s.held) {
				wait = time.Now().Add(prompt)
			}
			s.reader.SetReadDeadline(wait)
			if s.log != nil && n < len(piece) {
				// Go's log has thousands of lines, each written by itself: one at a time they would cost too much.
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
	pause  = time.Millisecond
	prompt = 50 * time.Millisecond
	inPipe = 1 << 20
)

// drain takes what the pipe has, and does not wait for more: a process that go has left behind may hold it for ever.
func (s *stream) drain(piece []byte) {
	for taken := 0; taken < inPipe; {
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

// finish is called when the command has ended.
func (s *stream) finish() {
	close(s.ended)
	s.reader.SetReadDeadline(time.Now())
	<-s.done
}

// give hands the caller what is his.
func (s *stream) give(text []byte) {
	if len(text) == 0 {
		return
	}
	s.record.Write(text)
	if _, err := s.caller.Write(text); errors.Is(err, syscall.EPIPE) {
		s.reader.Close()
	}
}

// pass takes the library's lines out of what the command has written.
func (s *stream) pass(piece []byte) {
	if s.log == nil {
		s.give(piece)
		return
	}
	text := append(s.held, piece...)
	s.held = nil
	var his, ours []byte
	for len(text) > 0 {
		line, whole := text, false
		if at := bytes.IndexByte(text, '\n'); at >= 0 {
			line, whole = text[:at+1], true
		}
		text = text[len(line):]
		from := begin(line, whole)
		his = append(his, line[:from]...)
		if whole {
			ours = append(ours, line[from:]...)
		} else {
			s.held = append(s.held, line[from:]...)
		}
	}
	s.log.Write(ours)
	s.give(his)
}

// begin is where a line becomes one of the library's, or its length. That is at its start, but for what a program has
// printed without a newline before it. Of a line that is not whole it is where one may begin.
func begin(line []byte, whole bool) int {
	for from := 0; from < len(line); from++ {
		at := bytes.IndexAny(line[from:], "Ht")
		if at < 0 {
			break
		}
		from += at
		if whole && isDebug(line[from:len(line)-1], from == 0) || !whole && mayBeOurs(line[from:]) {
			return from
		}
	}
	return len(line)
}

var prefixes = []string{"HASH[", "HASH ", "testcache: "}

// isOurs tells whether a line begins as the library's do.
func isOurs(line []byte) bool {
	for _, prefix := range prefixes {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return true
		}
	}
	return false
}

// mayBeOurs tells whether it does or, with more to come, may do so.
func mayBeOurs(line []byte) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(prefix, string(line[:min(len(line), len(prefix))])) {
			return true
		}
	}
	return false
}

// isDebug tells whether a line, its newline left out, is one that GODEBUG=gocachehash=1,gocachetest=1 makes Go print.
func isDebug(line []byte, first bool) bool {
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
			opens := first && bytes.HasSuffix(rest, []byte("]"))
			return opens || isSum(sum) || len(input) > 1 && input[0] == '"' && input[len(input)-1] == '"'
		}
		return false
	}
	rest, ok := bytes.CutPrefix(line, []byte("testcache: "))
	if !ok || bytes.HasPrefix(rest, []byte("caching disabled ")) {
		return ok
	}
	name, said, _ := bytes.Cut(rest, []byte(": "))
	for _, start := range lookups {
		if bytes.HasPrefix(said, []byte(start)) {
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
