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
	"strconv"
	"strings"
	"syscall"
	"time"
)

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
	// As a child of make it shall live until the go command has ended, which is told itself.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

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

	out, err := newStream(os.Stdout, stdout, false)
	if err != nil {
		return 0, err
	}
	log, err := newStream(os.Stderr, stderr, true)
	if err != nil {
		return 0, err
	}
	process, err := os.StartProcess(rest[0], rest[:words], &os.ProcAttr{
		Env:   rest[words:],
		Files: []*os.File{os.Stdin, out.input(), log.input()},
	})
	if err != nil {
		return 0, err
	}
	out.copy()
	log.copy()
	go func() {
		for received := range signals {
			process.Signal(received)
		}
	}()
	over := make(chan bool)
	go func() {
		// The test says nothing more. It hangs up when it has noted the end, or when all is to end.
		reader.ReadByte()
		process.Kill()
		close(over)
	}()
	state, err := process.Wait()
	if err != nil {
		return 0, err
	}
	out.finish()
	log.finish()
	code := state.ExitCode()
	status, ok := state.Sys().(syscall.WaitStatus)
	killed := ok && status.Signaled()
	if killed {
		code = -int(status.Signal())
	}
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

// A stream is stdout or stderr of the command on its way to the caller, and to a file that the test reads.
type stream struct {
	caller *os.File
	record *os.File // nil: the command writes to the caller itself
	reader *os.File
	writer *os.File
	done   chan bool
	filter bool
	// The beginning of a line that may be one of the library's, and whether the caller has the beginning of another.
	held   []byte
	inside bool
}

func newStream(caller *os.File, record string, filter bool) (*stream, error) {
	s := &stream{caller: caller, filter: filter}
	if record == "" {
		return s, nil
	}
	var err error
	if s.record, err = os.OpenFile(record, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	s.reader, s.writer, err = os.Pipe()
	return s, err
}

// input is what the command writes to.
func (s *stream) input() *os.File {
	if s.record == nil {
		return s.caller
	}
	return s.writer
}

func (s *stream) copy() {
	if s.record == nil {
		return
	}
	s.writer.Close()
	s.done = make(chan bool)
	go func() {
		defer close(s.done)
		piece := make([]byte, 1<<16)
		for {
			n, err := s.reader.Read(piece)
			s.record.Write(piece[:n])
			s.pass(piece[:n])
			if err != nil {
				break
			}
		}
		s.caller.Write(s.held)
	}()
}

// finish waits for what the command has written, but not for processes that it has left behind with its stream.
func (s *stream) finish() {
	if s.record == nil {
		return
	}
	s.reader.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	<-s.done
}

// pass gives the caller what is his.
func (s *stream) pass(piece []byte) {
	if !s.filter {
		s.caller.Write(piece)
		return
	}
	text := append(s.held, piece...)
	var his []byte
	for len(text) > 0 {
		line := text
		at := bytes.IndexByte(text, '\n')
		if at >= 0 {
			line = text[:at+1]
		}
		ours := !s.inside && isOurs(line)
		if at < 0 && (ours || !s.inside && mayBeOurs(line)) {
			break
		}
		if !ours {
			his = append(his, line...)
		}
		s.inside = at < 0
		text = text[len(line):]
	}
	s.held = append([]byte(nil), text...)
	s.caller.Write(his)
}

var prefixes = []string{"HASH[", "HASH subkey ", "HASH /", "testcache: "}

// isOurs tells whether a line is one that GODEBUG=gocachehash=1,gocachetest=1 makes Go print.
func isOurs(line []byte) bool {
	for _, prefix := range prefixes {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return true
		}
	}
	return false
}

// mayBeOurs tells whether the beginning of a line can become such a line.
func mayBeOurs(line []byte) bool {
	for _, prefix := range prefixes {
		if len(line) < len(prefix) && strings.HasPrefix(prefix, string(line)) {
			return true
		}
	}
	return false
}
