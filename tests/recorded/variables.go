package v

var Version string
var Named = "dev"
var Unused string
var Number int
const Const = "x"
var Called = call()
type S string
var Typed S

//go:noinline
func call() string { return "called" }
func All() string { return Version + Named + Called + Const + string(Typed) }
func N() int { return Number }
