"""Names for invented people: common ones from many places, some with letters beyond ASCII."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = {
    "F": _words("""
        Abby Aisha Alma Amelia Ana Anika Ava Beatriz Bella Brooke Carmen Cate Chloe Clara Dana
        Deborah Elena Ella Emma Erin Esther Fatima Fiona Gina Grace Hannah Helen Ines Irene Ivy
        Jade Jana Jill Joan Julia Karen Kate Keiko Laura Leah Lena Linh Lucía Mae Maria Maya Mei
        Mina Molly Nadia Naomi Nina Noor Nora Olga Olivia Paula Petra Priya Quinn Rachel Rita
        Rosa Ruth Sana Sara Sofia Tara Tess Uma Vera Wendy Xenia Yara Zadie
    """),
    "M": _words("""
        Aaron Adam Ahmed Alan Andre Anton Arjun Ben Bjørn Boris Brian Caleb Carl Chen Chris Cole
        Dan David Diego Dmitri Eli Emil Eric Ethan Felix Finn Frank Gabe George Greg Hank Hugo
        Ian Igor Ivan Jack Jamal Jan Joel John José Juan Karl Ken Kofi Kurt Lars Leo Liam Luis
        Marc Mateo Max Milo Nate Neil Noah Omar Oscar Otto Pablo Paul Pete Rafael Raj Ray Roman
        Ryan Sam Sean Simon Sven Theo Tim Tom Viktor Walt Will Yusuf Zane
    """),
}
"""Given names by gender; someone of another or of no gender draws from both lists."""

LAST_NAMES = _words("""
    Abbott Adams Ahmed Alvarez Anderson Baker Banerjee Barnes Becker Bell Bennett Berg Boyd Brandt
    Brown Burke Byrne Carter Castillo Chang Chen Clark Cohen Cook Costa Cruz Dahl Davis Dean Diaz
    Dixon Doyle Duarte Dunn Ellis Evans Farah Fischer Fleming Flores Ford Foster Fox Fuchs Gallo
    Garcia Gibson Gomez Gordon Grant Greene Gupta Haas Hall Hansen Harris Hayes Herrera Hill Holm
    Howard Hughes Hunt Ibrahim Ito Jackson Jansen Jensen Johnson Jones Kaur Keller Kelly Khan Kim
    King Klein Kowalski Kumar Lane Larsen Le Lee Lewis Lindqvist Long Lopez Lund Martin Mason
    Mayer Mendez Meyer Miller Moore Mori Morris Murphy Nakamura Nash Nelson Nguyen Novak Nunez
    Olsen Ortiz Owens Park Patel Pereira Perez Perry Petrov Price Quinn Ramirez Reed Reyes Rice
    Rivera Roberts Rossi Ruiz Russell Sato Schmidt Schulz Scott Shah Silva Singh Smith Soto Stein
    Stone Suarez Sun Tan Taylor Thomas Torres Tran Turner Usman Vargas Vega Vogel Walker Wang Ward
    Watson Weber West White Wolf Wong Wood Wright Wu Yamada Yang Young Zhang Zimmer
""")
